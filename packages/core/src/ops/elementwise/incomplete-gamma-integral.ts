/**
 * Incomplete gamma functions of primitives, for devices that the host does not read. With x = t e^v, DLMF 8.2.1 and 8.2.2 are
 * integrals of one kind, each positive throughout and decreasing where it is the smaller of the two:
 *
 *     P(a, x) = D ∫₀^∞ e^{-(a - x) u - x ρ(-u)} du   and   Q(a, x) = D ∫₀^∞ e^{-(x - a) u - x ρ(u)} du,
 *
 * with D = x^a e^-x / Γ(a) and ρ(v) = e^v - 1 - v. u = w / scale, w = e^{s - e^-s} makes them ones that equally spaced s sum to
 * all digits of a float32 (H. Takahasi and M. Mori, 1974), with the same points for all a and x.
 */

import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";

const step = 1 / 16;
const firstPoint = -2.875;
const points = 100;
/** A quotient by less would be one by 0 where subnormal numbers are taken for it. */
const leastNormal = 2 ** -126;

/** c₀ + x (c₁ + x (c₂ + …)) */
const polynomial = (x: Term, coefficients: readonly number[]): Term =>
  coefficients
    .slice(0, -1)
    .reduceRight((rest: Term, c) => m.add(m.mul(rest, x), c), m.constantLike(x, coefficients[coefficients.length - 1]));

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** e^v - 1 - v */
function expm1Beyond(v: Term): Term {
  const series = polynomial(
    v,
    Array.from({ length: 8 }, (_, i) => 1 / factorial(i + 2)),
  );
  return m.where(m.lt(m.abs(v), 0.5), m.mul(m.mul(v, v), series), m.sub(m.expm1(v), v));
}

/** log(1 + d) - d of small d: 2 (r³ / 3 + r⁵ / 5 + …) - r d with r = d / (2 + d) */
function logBeyond(d: Term): Term {
  const r = m.div(d, m.add(d, 2));
  const square = m.mul(r, r);
  const series = polynomial(
    square,
    Array.from({ length: 7 }, (_, i) => 2 / (2 * i + 3)),
  );
  return m.sub(m.mul(m.mul(r, square), series), m.mul(r, d));
}

/** log Γ(1 + a) of a in [0, 1], right to the last digits also where that is small. */
function logGammaBeyondOne(a: Term): Term {
  const nearTwo = m.mul(a, polynomial(a, [0.42278433509846714, ...zetas]));
  return m.where(m.lt(a, 0.5), m.sub(nearTwo, m.log1p(a)), m.lgamma(m.add(a, 1)));
}

/** (-1)ᵏ (ζ(k) - 1) / k for k = 2, 3, …: coefficients of log Γ(2 + z) */
const zetas = Array.from({ length: 14 }, (_, i) => {
  const k = i + 2;
  let rest = 0;
  for (let n = 24; n > 1; n--) rest += n ** -k;
  // What is left of the sum, as an integral with the first corrections.
  rest += 25 ** (1 - k) / (k - 1) + 25 ** -k / 2 + (k * 25 ** (-k - 1)) / 12;
  return ((k % 2 === 0 ? 1 : -1) * rest) / k;
});

/** Q(a, x) of a and x up to 1, where it is not small but with a, by the series of what lies below (DLMF 8.7.3). */
function upperOfSmall(a: Term, x: Term): Term {
  const power = m.sub(m.mul(a, m.log(x)), logGammaBeyondOne(a));
  let sum = m.zerosLike(x);
  for (let n = 12; n >= 1; n--) sum = m.mul(m.neg(x), m.add(m.mul(sum, 1 / (n + 1)), m.reciprocal(m.add(a, n))));
  return m.sub(m.neg(m.expm1(power)), m.mul(m.mul(a, m.exp(power)), sum));
}

/** The integral, times D: P(a, x) where x <= a, else Q(a, x). */
function tail(a: Term, x: Term): Term {
  const lower = m.le(x, a);
  const distance = m.abs(m.sub(x, a));
  const scale = m.maximum(m.add(distance, m.minimum(x, m.sqrt(x))), leastNormal);

  const s = m.add(m.mul(m.cast(m.iota([...x.shape, points], x.rank), x.dtype), step), firstPoint);
  const fall = m.exp(m.neg(s));
  const w = m.exp(m.sub(s, fall));
  const weight = m.mul(w, m.mul(m.add(fall, 1), step));
  const each = (t: Term): Term => m.unsqueeze(t, t.rank);
  const v = m.div(m.where(each(lower), m.neg(w), w), each(scale));
  // x ρ(v), of very negative v without a product of 0 and infinity.
  const beyond = m.mul(each(x), expm1Beyond(v));
  const curve = m.where(m.lt(v, -20), m.sub(m.mul(w, each(m.div(x, scale))), each(x)), beyond);
  const exponent = m.add(m.mul(w, each(m.div(distance, scale))), curve);
  const integral = m.sum(m.mul(weight, m.exp(m.neg(exponent))), [x.rank]);

  // D, of large a without the difference of large numbers (Stirling's series).
  const d = m.div(m.sub(x, a), a);
  const deviation = m.where(m.lt(m.abs(d), 0.5), logBeyond(d), m.sub(m.log(m.div(x, a)), d));
  const inverse = m.reciprocal(a);
  const rest = m.mul(inverse, polynomial(m.mul(inverse, inverse), [1 / 12, -1 / 360, 1 / 1260, -1 / 1680]));
  const large = m.mul(m.sqrt(m.div(a, 2 * Math.PI)), m.exp(m.sub(m.mul(a, deviation), rest)));
  const logSmall = m.sub(m.sub(m.mul(a, m.log(x)), x), m.lgamma(m.add(a, 1)));
  const density = m.where(m.lt(a, 4), m.mul(m.div(a, scale), m.exp(logSmall)), m.div(large, scale));
  // It is a probability also where a or x is so small that it is taken for 0 here and there.
  return m.minimum(m.mul(density, integral), 1);
}

/** P(a, x), or Q(a, x) = 1 - P(a, x) where `upper`: each accurate where it is small. */
export function incompleteGamma(a: Term, x: Term, upper: boolean): Term {
  // Q is computed as itself where it is the smaller one, and where both a and x are small, for it then has as few digits as a.
  const ofLower = m.le(x, a);
  const bySeries = m.and(m.lt(x, 1), upper ? m.lt(a, 1) : m.not(ofLower));
  const one = m.where(bySeries, upperOfSmall(a, x), tail(a, x));
  const isLower = m.and(ofLower, m.not(bySeries));
  const result = m.where(upper ? isLower : m.not(isLower), m.sub(1, one), one);
  // The ends, in the order in which PyTorch asks for them: not every NaN gives NaN.
  const [none, all] = upper ? [1, 0] : [0, 1];
  const atInfinity = m.where(m.eq(x, Number.POSITIVE_INFINITY), all, result);
  const ofInfinity = m.where(m.eq(x, Number.POSITIVE_INFINITY), Number.NaN, m.constantLike(x, none));
  const known = m.where(m.eq(x, 0), none, m.where(m.eq(a, Number.POSITIVE_INFINITY), ofInfinity, atInfinity));
  const ofZero = m.where(m.gt(x, 0), m.constantLike(x, all), Number.NaN);
  return m.where(m.or(m.lt(x, 0), m.lt(a, 0)), Number.NaN, m.where(m.eq(a, 0), ofZero, known));
}
