/** Parts of float64 values. */
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";

/** Adding it rounds to an integer, which then stands in the low bits. */
export const rounding = 1.5 * 2 ** 52;

/** π/2 in two parts; the first has 33 bits, so that its product with up to 20 bits is exact. */
export const halfPiHigh = 1.5707963267341256;
export const halfPiLow = 6.077100506506192e-11;

/** x where it is so small that the function differs from it by less than half a unit in the last place; keeps −0. */
export const unlessTiny = (m: LaneMath, x: Lanes, result: Lanes): Lanes =>
  m.select(m.compare("lt", m.arithmetic("abs", x), 2 ** -54), x, result);

/** 2^whole for integers from −1022 to 1023. */
export function powerOfTwo(m: LaneMath, whole: Lanes): Lanes {
  return m.reinterpret("f64", m.shift("shl", m.reinterpret("i64", m.add(whole, rounding + 1023)), 52));
}

/** y · 2^whole, rounded once, for integers from −2044 to 2046. */
export function scaled(m: LaneMath, y: Lanes, whole: Lanes): Lanes {
  const half = m.arithmetic("floor", m.mul(whole, 0.5));
  return m.mul(m.mul(y, powerOfTwo(m, half)), powerOfTwo(m, m.sub(whole, half)));
}

/** x without the low half of its bits: products of two such values are exact. */
export function upper(m: LaneMath, x: Lanes): Lanes {
  return m.reinterpret("f64", m.bitwise("and", m.reinterpret("i64", x), -(2n ** 32n)));
}

/** A value and a small rest, which together have more bits than one has. */
export interface Pair {
  readonly high: Lanes;
  readonly low: Lanes;
}

/** The sum of two values, of which the first is the larger one, without error. */
export function fastSum(m: LaneMath, a: Lanes, b: Lanes): Pair {
  const high = m.add(a, b);
  return { high, low: m.add(m.sub(a, high), b) };
}

/** a − b without error. */
export function difference(m: LaneMath, a: Lanes, b: Lanes): Pair {
  const high = m.sub(a, b);
  const part = m.sub(a, high);
  return { high, low: m.add(m.sub(a, m.add(high, part)), m.sub(part, b)) };
}
