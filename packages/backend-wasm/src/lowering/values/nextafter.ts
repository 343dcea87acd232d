import type { DType } from "@cresset/core/backend";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { floatToHalf, halfToFloat } from "./half.ts";

/** The bits of a float, read as an integer, count the floats of one sign in order: the neighbour is one step away. */
function stepped(m: LaneMath, dtype: DType, x: Lanes, by: Lanes): Lanes {
  if (dtype === "float64") {
    const step = m.select(by, 1n, m.constant("i64", -1n));
    return m.reinterpret("f64", m.add(m.reinterpret("i64", x), step));
  }
  const step = m.select(by, 1, m.constant("i32", -1));
  if (dtype === "float16") return halfToFloat(m, m.add(floatToHalf(m, x), step));
  return m.reinterpret("f32", m.add(m.reinterpret("i32", x), step));
}

const smallest: Partial<Readonly<Record<DType, number>>> = {
  float64: Number.MIN_VALUE,
  float32: 2 ** -149,
  float16: 2 ** -24,
};

/** The next value of a float dtype after x in the direction of y. */
export function nextafter(m: LaneMath, dtype: DType, x: Lanes, y: Lanes): Lanes {
  const grows = m.not(m.bitwise("xor", m.compare("lt", x, y), m.compare("gt", x, 0)));
  const ofZero = m.copysign(m.constant(x.kind, smallest[dtype] ?? 0), y);
  const next = m.select(m.compare("eq", x, 0), ofZero, stepped(m, dtype, x, grows));
  const isNumber = m.bitwise("and", m.compare("eq", x, x), m.compare("eq", y, y));
  return m.select(m.compare("eq", x, y), y, m.select(isNumber, next, Number.NaN));
}
