/** Bessel functions of the first and second kind, of orders 0 and 1. */
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { chebyshev } from "../elementwise/chebyshev.ts";
import { unary } from "../elementwise/operands.ts";

// Tables are made where a template is: nothing is there for programs that do without.

/** J₀ of 0 ≤ x ≤ 8, divided by its two zeros' factors x² - z², in Chebyshev polynomials of x² / 32 - 1; J₁, divided by x too. */
const nearJ0 = (): number[] => [
  0.0019903555001601486, -0.002620939138497025, 0.0008687721472062577, -0.00017040584951557357, 2.204908639454817e-5,
  -2.0248894980012834e-6, 1.3898025173428905e-7, -7.406701254344167e-9, 3.1559927583611334e-10, -1.1003860827939697e-11,
  3.1989232970233477e-13, -7.875041254709154e-15, 1.6632588015211278e-16, -3.0475993756698376e-18,
  4.8912290055811176e-20,
];
const nearJ1 = (): number[] => [
  0.00027895709887613106, -0.0003115684036643562, 8.553646588540538e-5, -1.4149356425623485e-5, 1.576470099225889e-6,
  -1.269075502369425e-7, 7.747614077073057e-9, -3.716577146675772e-10, 1.4395417669312554e-11, -4.60007822413452e-13,
  1.2341465589619718e-14, -2.8205466239524856e-16, 5.558821065951572e-18, -9.546930865755219e-20,
  1.4418291781315051e-21,
];
/** Y₀ - 2/π ln(x) J₀ and (Y₁ - 2/π (ln(x) J₁ - 1/x)) / x, likewise. */
const nearY0 = (): number[] => [
  -0.03314611320328494, -0.2744743055297453, 0.17903431407718265, 0.26156734625504663, -0.17730201278114358,
  0.04719668959576339, -0.007287962479552079, 0.0007531135932577742, -5.632079141056987e-5, 3.206532537654801e-6,
  -1.44072332740187e-7, 5.248794787330516e-9, -1.5837552541812015e-10, 4.02633081830612e-12, -8.747341203310769e-14,
  1.6434898714919468e-15, -2.6977881152566837e-17,
];
const nearY1 = (): number[] => [
  0.0025380132357417816, -0.01608717304766875, -0.09591204536083074, 0.08445197259652346, -0.028328123944594365,
  0.005289897544167113, -0.0006414551451326356, 5.505982873338744e-5, -3.53808001868935e-6, 1.7707804556154404e-7,
  -7.11055004989928e-9, 2.344337905911516e-10, -6.4651518414115946e-12, 1.51429151205002e-13, -3.0511859694473254e-15,
  5.34668038572867e-17, -8.224911372021585e-19,
];
/** The modulus and phase of what is beyond 8, P and Q of DLMF 10.17.3 (Q times x / 8), in Chebyshev polynomials of 128 / x² - 1. */
const farP = [
  (): number[] => [
    0.9994603493475187, -0.0005365220468132117, 3.0751847875194745e-6, -5.1705945376060975e-8, 1.6306464635151382e-9,
    -7.86409137723707e-11, 5.168262387349193e-12, -4.3045788699253914e-13, 4.3265957431549404e-14,
    -5.069034095935236e-15, 6.748072215733873e-16, -1.0011513723467786e-16, 1.6305919233744186e-17,
  ],
  (): number[] => [
    1.0009030408600137, 0.0008989898330859408, -3.987284300488908e-6, 6.177633960644299e-8, -1.8718907491063067e-9,
    8.816898659582339e-11, -5.704863640395645e-12, 4.699195515230542e-13, -4.6842237839904895e-14,
    5.452674896044717e-15, -7.221180842274018e-16, 1.0667689114335412e-16, -1.7312313216116335e-17,
  ],
];
const farQ = [
  (): number[] => [
    -0.015555854605337009, 6.838519942611649e-5, -7.414498411060647e-7, 1.7972457247968992e-8, -7.27191593686632e-10,
    4.2201219046687385e-11, -3.206747420996635e-12, 3.006145125351706e-13, -3.336328185322427e-14,
    4.255225040245461e-15, -6.09993013164005e-16, 9.662128970303257e-17, -1.6686065214378146e-17,
    3.1082440486738143e-18, -6.191115787358145e-19, 1.3091448717220122e-19,
  ],
  (): number[] => [
    0.04677778706953532, -9.62772354915708e-5, 9.138615257955454e-7, -2.0959781384083424e-8, 8.229193327650554e-10,
    -4.686363688176945e-11, 3.5152187949686082e-12, -3.2643156743279e-13, 3.5967765829165294e-14,
    -4.5612523950772974e-15, 6.508282957783384e-16, -1.0269147531823243e-16, 1.767635548776479e-17,
    -3.2834519872981614e-18, 6.524081149589261e-19,
  ],
];

/** x² - z², accurate next to z: a zero of J, and what float32 loses of it. */
function factor(x: Term, zero: number): Term {
  const near = x.dtype === "float64" ? zero : Math.fround(zero);
  return m.mul(m.sub(m.sub(x, near), zero - near), m.add(x, zero));
}

/** Both branches stay in their own range, so that neither derivative is NaN. */
const nearArgument = (x: Term): Term => m.sub(m.div(m.mul(x, x), 32), 1);

type Order = 0 | 1;

/** P and Q of x ≥ 8, divided by √(π x), with cosine and sine of x. */
function far(x: Term, order: Order) {
  const r = m.div(8, x);
  const y = m.sub(m.mul(m.mul(r, r), 2), 1);
  const amplitude = m.sqrt(m.div(1 / Math.PI, x));
  return {
    p: m.mul(amplitude, chebyshev(y, farP[order]())),
    q: m.mul(amplitude, m.mul(r, chebyshev(y, farQ[order]()))),
    // √2 times those of x - π/4: the difference itself would lose digits.
    cosine: m.add(m.cos(x), m.sin(x)),
    sine: m.sub(m.sin(x), m.cos(x)),
  };
}

/** J of x ≥ 0. */
function first(size: Term, order: Order): Term {
  const x = m.minimum(size, 8);
  const y = nearArgument(x);
  const zeros = order === 0 ? [2.404825557695773, 5.520078110286311] : [3.8317059702075125, 7.015586669815619];
  const factors = m.mul(factor(x, zeros[0]), factor(x, zeros[1]));
  const near = m.mul(factors, chebyshev(y, order === 0 ? nearJ0() : nearJ1()));
  const { p, q, cosine, sine } = far(m.maximum(size, 8), order);
  const beyond = order === 0 ? m.sub(m.mul(p, cosine), m.mul(q, sine)) : m.add(m.mul(p, sine), m.mul(q, cosine));
  // Exactly 1 at 0, where the factors' product is rounded.
  const own = order === 0 ? m.where(m.lt(x, 1e-4), m.sub(1, m.mul(m.mul(x, x), 0.25)), near) : m.mul(x, near);
  return m.where(m.le(size, 8), own, beyond);
}

const j0 = (x: Term): Term => first(m.abs(m.toFloat(x)), 0);
const j1 = (x: Term): Term => m.mul(m.sign(m.toFloat(x)), first(m.abs(m.toFloat(x)), 1));

/** Y of x ≥ 0: -∞ at 0, NaN below. */
function second(input: Term, order: Order): Term {
  const size = m.toFloat(input);
  const positive = m.gt(size, 0);
  const x = m.where(positive, m.minimum(size, 8), 1);
  const logarithm = m.mul(m.log(x), first(x, order));
  const regular = chebyshev(nearArgument(x), order === 0 ? nearY0() : nearY1());
  const near =
    order === 0
      ? m.add(m.mul(logarithm, 2 / Math.PI), regular)
      : m.add(m.mul(m.sub(logarithm, m.div(1, x)), 2 / Math.PI), m.mul(x, regular));
  const { p, q, cosine, sine } = far(m.maximum(size, 8), order);
  const beyond = order === 0 ? m.add(m.mul(p, sine), m.mul(q, cosine)) : m.sub(m.mul(q, sine), m.mul(p, cosine));
  const value = m.where(m.le(size, 8), near, beyond);
  return m.where(positive, value, m.where(m.eq(size, 0), Number.NEGATIVE_INFINITY, Number.NaN));
}

/** f(x) / x, and ½ at 0, which is its limit for J₁. */
const overX = (x: Term, f: Term): Term => m.where(m.eq(x, 0), 0.5, m.div(f, m.where(m.eq(x, 0), 1, x)));

/** J₀, the Bessel function of the first kind and order 0. NaN at infinities. */
export const besselJ0 = unary("special_bessel_j0", j0, { derivative: (g, input) => m.neg(m.mul(g, j1(input()))) });

/** J₁, the Bessel function of the first kind and order 1. NaN at infinities. */
export const besselJ1 = unary("special_bessel_j1", j1, {
  derivative: (g, input, output) => m.mul(g, m.sub(j0(input()), overX(input(), output()))),
});

/** Y₀, the Bessel function of the second kind and order 0: -inf at 0, NaN below and at infinity. */
export const besselY0 = unary("special_bessel_y0", (x) => second(x, 0), {
  derivative: (g, input) => m.neg(m.mul(g, second(input(), 1))),
});

/** Y₁, the Bessel function of the second kind and order 1: -inf at 0, NaN below and at infinity. */
export const besselY1 = unary("special_bessel_y1", (x) => second(x, 1), {
  derivative: (g, input, output) => m.mul(g, m.sub(second(input(), 0), m.div(output(), input()))),
});

/** sin(x) / x, by its series next to 0. */
function spherical(input: Term): Term {
  const x = m.toFloat(input);
  const near = m.lt(m.abs(x), 0.5);
  const square = m.mul(m.where(near, x, 0), m.where(near, x, 0));
  let series: Term = m.constantLike(x, 1);
  for (let k = 6; k > 0; k--) series = m.sub(1, m.mul(m.div(square, 2 * k * (2 * k + 1)), series));
  const finite = m.lt(m.abs(x), Number.POSITIVE_INFINITY);
  const other = m.where(m.or(near, m.not(finite)), 1, x);
  const far = m.where(m.isInfinite(x), 0, m.where(m.isNan(x), x, m.div(m.sin(other), other)));
  return m.where(near, series, far);
}

/** The spherical Bessel function of the first kind and order 0, sin(x) / x: 0 at infinities. */
export const sphericalBesselJ0 = unary("special_spherical_bessel_j0", spherical);
