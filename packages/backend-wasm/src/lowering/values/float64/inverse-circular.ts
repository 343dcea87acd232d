/**
 * Inverse circular functions of float64. Those of tangents are the angle of a point: its octant, and within that a turn by an
 * angle with a simple tangent, leave a tangent of at most 0.2686, whose series converges fast. Errors stay below 2 units in
 * the last place.
 */
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { fastSum } from "./bits.ts";

/** −1/3, 1/5, … */
const series = Array.from({ length: 14 }, (_, n) => (n % 2 === 0 ? -1 : 1) / (2 * n + 3));

/** A tangent with few bits, and its angle in two parts; beyond half the angle the turn is made. */
const tangent = 37 / 64;
const turn = [0.5241796287829132, 5.520094119641666e-18];
const turned = 0.268;
const halfPi = [Math.PI / 2, 6.123233995736766e-17];

/** The angle of (x, y): in (−π, π], for a y of −0 −π or −0. */
export function atan2(m: LaneMath, y: Lanes, x: Lanes): Lanes {
  const [a, b] = [m.arithmetic("abs", y), m.arithmetic("abs", x)];
  const steep = m.compare("gt", a, b);
  const larger = m.select(steep, a, b);
  // What would overflow, or lose bits as a subnormal, is scaled; two infinities count as equal numbers.
  const huge = m.compare("gt", larger, 2 ** 1000);
  const tiny = m.compare("lt", larger, 2 ** -900);
  const scale = m.select(huge, 2 ** -100, m.select(tiny, 2 ** 120, m.constant("f64", 1)));
  const [endless, alsoEndless] = [a, b].map((leg) => m.compare("eq", leg, Number.POSITIVE_INFINITY));
  const infinite = m.bitwise("and", endless, alsoEndless);
  const one = m.constant("f64", 1);
  const long = m.select(infinite, one, m.mul(larger, scale));
  const short = m.select(infinite, one, m.mul(m.select(steep, b, a), scale));

  const far = m.compare("gt", short, m.mul(long, turned));
  const above = m.select(far, m.sub(short, m.mul(long, tangent)), short);
  const below = m.select(far, m.add(long, m.mul(short, tangent)), long);
  const t = m.select(m.compare("eq", m.add(long, short), 0), 0, m.div(above, below));
  const square = m.mul(t, t);
  const bend = m.mul(m.mul(t, square), m.polynomial(square, series));

  // The angle is base ± (turn + t + bend), counted from one of the axes.
  const zero = m.constant("f64", 0);
  const left = m.compare("lt", m.copysign(one, x), 0);
  const sign = m.select(m.bitwise("xor", steep, left), -1, one);
  const [base, baseRest] = halfPi.map((part) => m.select(steep, part, m.select(left, 2 * part, zero)));
  const [turnHigh, turnRest] = turn.map((part) => m.mul(m.select(far, part, zero), sign));
  const sum = fastSum(m, base, turnHigh);
  const rest = m.add(m.add(sum.low, m.add(baseRest, turnRest)), m.mul(bend, sign));
  return m.copysign(m.add(sum.high, m.add(m.mul(t, sign), rest)), y);
}

export const atan = (m: LaneMath, x: Lanes): Lanes => atan2(m, x, m.constant("f64", 1));

/** asin(s) = s + s · z · arcSeries(z) for z = s² up to 1/4: a polynomial through values at Chebyshev's points. */
const arcSeries = [
  ...[0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247, 0.02237217294214989],
  ...[0.017352392720869973, 0.013971212973552933, 0.011479177415184906, 0.01032281435018578, 0.005457506718640358],
  ...[0.01740087944269402, -0.014851887071247204, 0.028757851367421566],
];

/**
 * s = x and asin(s) − s; or, where |x| is `large`, of s = √((1 − |x|) / 2), which is less than 1/2: there asin(|x|) is
 * π/2 − 2 asin(s).
 */
function arc(m: LaneMath, x: Lanes): { large: Lanes; s: Lanes; bend: Lanes } {
  const a = m.arithmetic("abs", x);
  const large = m.compare("gt", a, 0.5);
  const z = m.select(large, m.mul(m.sub(1, a), 0.5), m.mul(x, x));
  const s = m.select(large, m.arithmetic("sqrt", z), x);
  return { large, s, bend: m.mul(m.mul(s, z), m.polynomial(z, arcSeries)) };
}

export function asin(m: LaneMath, x: Lanes): Lanes {
  const { large, s, bend } = arc(m, x);
  const rest = m.add(s, m.sub(bend, halfPi[1] / 2));
  return m.copysign(m.select(large, m.sub(halfPi[0], m.add(rest, rest)), m.add(s, bend)), x);
}

export function acos(m: LaneMath, x: Lanes): Lanes {
  const { large, s, bend } = arc(m, x);
  const near = m.compare("gt", x, 0.5);
  const zero = m.constant("f64", 0);
  const angle = m.add(s, m.sub(bend, m.select(near, zero, halfPi[1])));
  const half = m.select(near, angle, m.sub(halfPi[0], angle));
  return m.select(large, m.add(half, half), half);
}
