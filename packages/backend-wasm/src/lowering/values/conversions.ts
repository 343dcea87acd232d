/** Conversions of lanes from kind to kind; `cast.ts` has those from dtype to dtype. */
import type { Plain } from "../../assembler/opcodes.ts";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { highHalf, lowHalves, lowWords } from "../code/vector-constants.ts";

/** i32 → f32, exact up to 2²⁴ and rounded beyond. */
export function integerToFloat({ e }: LaneMath, x: Lanes): Lanes {
  const name: Plain = x.width === 1 ? "f32.convert_i32_s" : "f32x4.convert_i32x4_s";
  return { kind: "f32", width: x.width, parts: [e.op(name, x.parts[0])] };
}

/** f32 or i32 → f64. */
export function toFloat64(m: LaneMath, x: Lanes): Lanes {
  const from = x.kind as "f32" | "i32";
  if (x.width === 1) return m.one("f64", m.e.op(from === "f32" ? "f64.promote_f32" : "f64.convert_i32_s", x.parts[0]));
  const name: Plain = from === "f32" ? "f64x2.promote_low_f32x4" : "f64x2.convert_low_i32x4_s";
  const [all] = x.parts;
  return {
    kind: "f64",
    width: 4,
    parts: [m.e.op(name, all), m.e.op(name, m.e.shuffle(highHalf, all, all))],
  };
}

/** f64 → f32. */
export function toFloat32(m: LaneMath, x: Lanes): Lanes {
  if (x.width === 1) return m.one("f32", m.e.op("f32.demote_f64", x.parts[0]));
  const [low, high] = x.parts.map((part) => m.e.op("f32x4.demote_f64x2_zero", part));
  return { kind: "f32", width: 4, parts: [m.e.shuffle(lowHalves, low, high)] };
}

/** i32 → i64. */
export function toInt64(m: LaneMath, x: Lanes): Lanes {
  if (x.width === 1) return m.one("i64", m.e.op("i64.extend_i32_s", x.parts[0]));
  const [all] = x.parts;
  return {
    kind: "i64",
    width: 4,
    parts: [m.e.op("i64x2.extend_low_i32x4_s", all), m.e.op("i64x2.extend_high_i32x4_s", all)],
  };
}

/** The low words of i64. */
export function toInt32(m: LaneMath, x: Lanes): Lanes {
  if (x.width === 1) return m.one("i32", m.e.op("i32.wrap_i64", x.parts[0]));
  return { kind: "i32", width: 4, parts: [m.e.shuffle(lowWords, x.parts[0], x.parts[1])] };
}
