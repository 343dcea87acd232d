import { type DType, isFloat } from "@cresset/core/backend";
import type { LaneMath } from "../code/lane-math.ts";
import { kindOf, type Lanes } from "../code/lanes.ts";
import { integerToFloat, toFloat32, toFloat64, toInt32, toInt64 } from "./conversions.ts";
import { roundToHalf } from "./half.ts";
import { wrap } from "./operations.ts";

/** float → i32 modulo 2³² (NaN and infinities give 0). */
function floatToInt32(m: LaneMath, x: Lanes): Lanes {
  return m.lanewise([x], ([one]) => {
    const { e } = m;
    const wide = one.kind === "f32" ? toFloat64(m, one) : one;
    const usual = m.one("i32", e.op("i32.wrap_i64", e.op("i64.trunc_sat_f64_s", wide.parts[0])));
    // From 2⁶³ on the instruction saturates: the number is its 53 bits times 2¹¹ or more, from 2⁸⁴ on a multiple of 2³².
    const isLarge = m.not(m.compare("lt", m.arithmetic("abs", wide), 2 ** 63));
    const bits = m.reinterpret("i64", wide);
    const exponent = m.sub(m.bitwise("and", m.shift("shr_u", bits, 52), 0x7ff), 1075);
    const mantissa = m.bitwise("or", bits, 2n ** 52n);
    const low = toInt32(m, m.one("i64", e.op("i64.shl", mantissa.parts[0], exponent.parts[0])));
    const magnitude = m.select(m.compare("lt", exponent, 32), low, 0);
    const large = m.select(m.compare("lt", wide, 0), m.arithmetic("neg", magnitude), magnitude);
    return m.select(isLarge, large, usual);
  });
}

/** float → i64; what does not fit (NaN too) becomes −2⁶³. */
function floatToInt64(m: LaneMath, x: Lanes): Lanes {
  return m.lanewise([x], ([one]) => {
    const wide = one.kind === "f32" ? toFloat64(m, one) : one;
    const fits = m.compare("lt", m.arithmetic("abs", wide), 2 ** 63);
    const converted = m.one("i64", m.e.op("i64.trunc_sat_f64_s", wide.parts[0]));
    return m.select(fits, converted, -(2n ** 63n));
  });
}

const fromInt64 = (m: LaneMath, kind: "f32" | "f64", x: Lanes): Lanes =>
  m.lanewise([x], ([one]) => m.one(kind, m.e.op(`${kind}.convert_i64_s`, one.parts[0])));

function toFloat(m: LaneMath, to: DType, x: Lanes): Lanes {
  if (to === "float64") {
    if (x.kind === "f64") return x;
    if (x.kind === "i64") return fromInt64(m, "f64", x);
    return toFloat64(m, x);
  }
  const single =
    x.kind === "f32"
      ? x
      : x.kind === "f64"
        ? toFloat32(m, x)
        : x.kind === "i64"
          ? fromInt64(m, "f32", x)
          : integerToFloat(m, x);
  return to === "float16" ? roundToHalf(m, single) : single;
}

/** A value of one dtype as a value of another, as `castFunction` of core defines it. */
export function cast(m: LaneMath, from: DType, to: DType, x: Lanes): Lanes {
  if (from === to) return x;
  if (to === "bool") return m.nonZero(x);
  const number = x.kind === "mask" ? m.maskToInteger(x) : x;
  if (isFloat(to)) return toFloat(m, to, number);
  if (kindOf[to] === "i64") return isFloat(from) ? floatToInt64(m, number) : toInt64(m, number);
  const low = isFloat(from) ? floatToInt32(m, number) : number.kind === "i64" ? toInt32(m, number) : number;
  return wrap(m, to, low);
}
