/** float16: computed in float32, rounded to 11 bits after each operation, stored as sixteen bits. */
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";

/** Bit patterns of float16 as float32. */
export function halfToFloat(m: LaneMath, bits: Lanes): Lanes {
  const magnitude = m.shift("shl", m.bitwise("and", bits, 0x7fff), 13);
  const sign = m.shift("shl", m.bitwise("and", bits, 0x8000), 16);
  // The exponents' biases differ by 112; the product is exact for subnormals too.
  const finite = m.reinterpret("i32", m.mul(m.reinterpret("f32", magnitude), 2 ** 112));
  const special = m.compare("ge", magnitude, 0x7c00 << 13);
  const infinite = m.bitwise("or", magnitude, 0x7f800000);
  return m.reinterpret("f32", m.bitwise("or", m.select(special, infinite, finite), sign));
}

/** Bit patterns of the float16 nearest to each float32, ties to even. */
export function floatToHalf(m: LaneMath, x: Lanes): Lanes {
  const bits = m.reinterpret("i32", x);
  const magnitude = m.bitwise("and", bits, 0x7fffffff);
  const sign = m.bitwise("and", m.shift("shr_u", bits, 16), 0x8000);
  // Adding 1/2 rounds to multiples of 2^-24, the step of subnormals.
  const subnormal = m.sub(m.reinterpret("i32", m.add(m.reinterpret("f32", magnitude), 0.5)), 0x3f000000);
  const odd = m.bitwise("and", m.shift("shr_u", magnitude, 13), 1);
  const rounded = m.add(m.add(magnitude, ((15 - 127) << 23) + 0xfff), odd);
  const normal = m.shift("shr_u", rounded, 13);
  const finite = m.select(m.compare("lt", magnitude, 113 << 23), subnormal, normal);
  const large = m.compare("ge", magnitude, (127 + 16) << 23);
  const signed = m.bitwise("or", m.select(large, 0x7c00, finite), sign);
  return m.select(m.compare("gt", magnitude, 0x7f800000), 0x7e00, signed);
}

/** float32 rounded to the nearest float16. */
export const roundToHalf = (m: LaneMath, x: Lanes): Lanes => halfToFloat(m, floatToHalf(m, x));
