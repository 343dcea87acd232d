/** The logarithm of the gamma function and its derivatives, of float64. */
import { iterate } from "../../code/iterate.ts";
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { anywhere, patched } from "../../code/patched.ts";

/** B₂, B₄, … */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
];

/** From here on asymptotic series with nine of the numbers above reach the last bit. */
const asymptotic = 10;
const terms = 9;

const stirling = bernoulli.slice(0, terms).map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));
const ofDigamma = bernoulli.slice(0, terms).map((b, i) => b / (2 * i + 2));

/** lgamma(2 + z) / z, interpolated in Chebyshev nodes for |z| <= 1/2. */
const nearTwo = [
  0.42278433509846713, 0.32246703342411326, -0.0673523010531956, 0.020580808427780335, -0.007385551028937974,
  0.002890510331036772, -0.001192753900920402, 0.000509669515348437, -0.00022315497868932, 9.9457674400968e-5,
  -4.4923717083747e-5, 2.0505584372897e-5, -9.45633812061e-6, 4.38473193183e-6, -1.97418845329e-6, 9.199898076e-7,
  -5.812501251e-7, 2.788001339e-7,
];

/** x less the nearest integer, times π. */
const pastInteger = (m: LaneMath, x: Lanes): Lanes => m.mul(m.sub(x, m.arithmetic("nearest", x)), Math.PI);

/** log |Γ(x)|, within 4 units in the last place where it is not close to 0; Infinity at 0, −1, −2, … and ±Infinity. */
export function lgamma(m: LaneMath, x: Lanes): Lanes {
  const one = m.constant("f64", 1);
  const a = m.arithmetic("abs", x);
  const isLarge = m.compare("ge", a, asymptotic);
  // Γ(a) is Γ(2 + z) times the product, or where a < 3/2 over it, with |z| <= 1/2.
  const isSmall = m.compare("lt", a, 1.5);
  const isTiny = m.compare("lt", a, 0.5);
  const below = m.select(isTiny, m.mul(a, m.add(a, 1)), a);
  const first = m.sub(a, m.select(isTiny, 0, m.select(isSmall, one, 2)));
  const start = [m.select(isLarge, 0, first), m.select(isSmall, below, one)];
  const isAbove = (z: Lanes): Lanes => m.compare("ge", z, 0.5);
  const [z, product] = iterate(
    m,
    start,
    ([z]) => anywhere(m, isAbove(z)),
    ([z, product]) => {
      const factor = m.add(z, 1);
      return [m.select(isAbove(z), m.sub(z, 1), z), m.select(isAbove(z), m.mul(product, factor), product)];
    },
  );
  const log = m.call("log", "f64", m.select(isLarge, a, product));
  const near = m.mul(z, m.polynomial(z, nearTwo));
  const moderate = m.select(isSmall, m.sub(near, log), m.add(near, log));
  const inverse = m.div(1, a);
  const tail = m.mul(m.polynomial(m.mul(inverse, inverse), stirling), inverse);
  const large = m.add(m.mul(m.sub(a, 0.5), m.sub(log, 1)), m.add(tail, Math.log(2 * Math.PI) / 2 - 0.5));
  const ofMagnitude = m.select(isLarge, large, moderate);
  // Reflection: Γ(x) Γ(−x) = −π / (x sin πx).
  const result = patched(m, ofMagnitude, m.compare("lt", x, 0), () => {
    const sine = m.arithmetic("abs", m.call("sin", "f64", pastInteger(m, a)));
    const reflected = m.sub(m.sub(Math.log(Math.PI), m.call("log", "f64", m.mul(a, sine))), ofMagnitude);
    // For a tiny x the product would underflow; Γ(x) is 1 / x there.
    const isPole = m.compare("eq", sine, 0);
    return m.select(m.compare("lt", a, 2 ** -60), ofMagnitude, m.select(isPole, Number.POSITIVE_INFINITY, reflected));
  });
  return m.select(m.compare("eq", a, Number.POSITIVE_INFINITY), a, result);
}

/** The derivative of lgamma: ∓Infinity at ±0, NaN at negative integers and −Infinity. */
export function digamma(m: LaneMath, x: Lanes): Lanes {
  const isNegative = m.compare("lt", x, 0);
  const start = m.select(isNegative, m.sub(1, x), x);
  // ψ(y) = ψ(y + 1) − 1 / y, with the sum of the fractions as one.
  const isBelow = (y: Lanes): Lanes => m.compare("lt", y, asymptotic);
  const zero = m.constant("f64", 0);
  const [y, numerator, denominator] = iterate(
    m,
    [start, zero, m.constant("f64", 1)],
    ([y]) => anywhere(m, isBelow(y)),
    ([y, numerator, denominator]) => [
      m.select(isBelow(y), m.add(y, 1), y),
      m.select(isBelow(y), m.add(m.mul(numerator, y), denominator), numerator),
      m.select(isBelow(y), m.mul(denominator, y), denominator),
    ],
  );
  const inverse = m.div(1, y);
  const square = m.mul(inverse, inverse);
  const tail = m.add(m.mul(m.polynomial(square, ofDigamma), square), m.mul(inverse, 0.5));
  const positive = m.sub(m.sub(m.call("log", "f64", y), tail), m.div(numerator, denominator));
  const result = patched(m, positive, isNegative, () =>
    m.sub(positive, m.div(Math.PI, m.call("tan", "f64", pastInteger(m, x)))),
  );
  const pole = m.copysign(m.constant("f64", Number.POSITIVE_INFINITY), m.arithmetic("neg", x));
  const isInteger = m.compare("eq", m.arithmetic("floor", x), x);
  const known = m.select(m.bitwise("and", isNegative, isInteger), Number.NaN, result);
  return m.select(m.compare("eq", x, 0), pole, known);
}

/** Hurwitz's zeta function Σ (q + k)^−s of integers s >= 2 and q > 0, by the Euler–Maclaurin formula. */
export function zeta(m: LaneMath, s: Lanes, q: Lanes): Lanes {
  const term = (x: Lanes): Lanes => m.call("pow", "f64", x, m.arithmetic("neg", s));
  const end = m.add(m.mul(s, 0.5), asymptotic);
  // For large s the first terms are all there is.
  const counts = (sum: Lanes, last: Lanes): Lanes => m.compare("gt", last, m.mul(sum, 1e-17));
  const goesOn = ([x, sum, last]: readonly Lanes[]): Lanes =>
    m.bitwise("and", m.compare("lt", x, end), counts(sum, last));
  const [x, sum, last] = iterate(
    m,
    [q, m.constant("f64", 0), m.constant("f64", 1)],
    (state) => anywhere(m, goesOn(state)),
    (state) => {
      const [x, sum] = state;
      const power = term(x);
      return [m.add(x, 1), m.add(sum, power), power].map((next, n) => m.select(goesOn(state), next, state[n]));
    },
  );
  const power = term(x);
  // Terms B₂ₖ/(2k)! · s (s+1) … (s+2k−2) · x^(−s−2k+1)
  let tail = m.add(m.div(m.mul(x, power), m.sub(s, 1)), m.mul(power, 0.5));
  let factor = m.mul(m.div(m.mul(power, s), x), 0.5);
  const square = m.mul(x, x);
  bernoulli.forEach((b, i) => {
    const k = i + 1;
    tail = m.add(tail, m.mul(factor, b));
    const growth = m.mul(m.add(s, 2 * k - 1), m.add(s, 2 * k));
    factor = m.div(m.mul(factor, growth), m.mul(square, (2 * k + 1) * (2 * k + 2)));
  });
  return m.select(counts(sum, last), m.add(sum, tail), sum);
}

/** The n-th derivative of digamma: (−1)ⁿ⁺¹ n! ζ(n + 1, x). NaN unless n is a non-negative integer. */
export function polygamma(m: LaneMath, n: Lanes, x: Lanes): Lanes {
  const one = m.constant("f64", 1);
  const s = m.add(n, 1);
  const zetaOf = (q: Lanes): Lanes => m.call("zeta", "f64", s, q);
  const half = m.mul(n, 0.5);
  const isOdd = m.compare("ne", m.arithmetic("floor", half), half);
  const sign = m.select(isOdd, one, -1);
  const isPositive = m.compare("gt", x, 0);
  const ofPositive = zetaOf(m.select(isPositive, x, one));
  const sum = patched(m, ofPositive, m.not(isPositive), () => {
    // The sum over all integers has period 1 in x: what lies below x is the sum for 1 − x, up to the sign.
    const fraction = m.sub(x, m.arithmetic("floor", x));
    const inside = m.compare("gt", fraction, 0);
    const start = m.select(inside, fraction, one);
    const mirrored = m.sub(zetaOf(m.sub(1, m.select(inside, fraction, 0))), zetaOf(m.sub(1, m.select(inside, x, 0))));
    const between = m.add(zetaOf(start), m.mul(mirrored, sign));
    return m.select(m.compare("eq", x, x), m.select(inside, between, Number.POSITIVE_INFINITY), x);
  });
  const counted = (product: Lanes, k: Lanes): Lanes =>
    m.bitwise("and", m.compare("le", k, n), m.compare("lt", product, Number.POSITIVE_INFINITY));
  const [factorial] = iterate(
    m,
    [one, m.constant("f64", 2), n],
    ([product, k]) => anywhere(m, counted(product, k)),
    ([product, k]) => [m.select(counted(product, k), m.mul(product, k), product), m.add(k, 1), n],
  );
  const finite = m.mul(m.mul(factorial, sum), sign);
  const result = m.select(m.compare("eq", x, Number.POSITIVE_INFINITY), m.mul(sign, 0), finite);
  const isOrder = m.bitwise(
    "and",
    m.bitwise("and", m.compare("gt", n, 0), m.compare("lt", n, Number.POSITIVE_INFINITY)),
    m.compare("eq", m.arithmetic("floor", n), n),
  );
  const known = m.select(isOrder, result, Number.NaN);
  return m.select(m.compare("eq", n, 0), m.call("digamma", "f64", x), known);
}
