import { type DType, isFloat } from "../../dtype/dtype.ts";
import { roundToHalf } from "../../dtype/half.ts";

/** A value of any dtype: int64 as a bigint, bool as 0 or 1, every other dtype as a number. */
export type Scalar = number | bigint;

/** Dtypes whose values are JavaScript numbers: all but int64. */
export type NumberDType = Exclude<DType, "int64">;

/**
 * How a number that was computed exactly, or in float64, becomes a value of each dtype: floats round to nearest, integers
 * wrap modulo 2^bits, bool is whether it is not zero. float16 rounds through float32, as PyTorch's does.
 */
const rounding: Readonly<Record<NumberDType, (x: number) => number>> = {
  float64: (x) => x,
  float32: Math.fround,
  float16: (x) => roundToHalf(Math.fround(x)),
  int32: (x) => x | 0,
  int16: (x) => (x << 16) >> 16,
  int8: (x) => (x << 24) >> 24,
  uint8: (x) => x & 255,
  bool: (x) => (x === 0 ? 0 : 1),
};

/** The function that rounds or wraps a number to a dtype other than int64. @example roundTo("int8")(200) // -56 */
export function roundTo(dtype: NumberDType): (x: number) => number {
  return rounding[dtype];
}

const smallestInt64 = -(2n ** 63n);

/** float → int64: truncates; what does not fit (NaN too) becomes −2⁶³, as on x86. */
export function floatToInt64(x: number): bigint {
  return x > -9223372036854775808 && x < 9223372036854775808 ? BigInt(Math.trunc(x)) : smallestInt64;
}

/** int64 → float32, rounded once (through float64 it would round twice). */
export function int64ToFloat32(value: bigint): number {
  const direct = Number(value);
  if (Math.abs(direct) < 2 ** 53) return Math.fround(direct);
  // The bits that float64 would drop are far below float32's last: one sticky bit stands for them.
  const magnitude = value < 0n ? -value : value;
  const kept = Math.fround(Number((magnitude >> 11n) | ((magnitude & 2047n) === 0n ? 0n : 1n))) * 2048;
  return value < 0n ? -kept : kept;
}

/**
 * The function that converts values of one dtype to another, as PyTorch does on x86. Floats become integers by dropping
 * the fraction and wrapping modulo 2^bits (NaN and infinities give 0; for int64, what does not fit gives −2⁶³).
 */
export function castFunction(from: DType, to: DType): (x: Scalar) => Scalar {
  if (from === to) return (x) => x;
  if (to === "int64") return isFloat(from) ? (x) => floatToInt64(Number(x)) : (x) => BigInt(x);
  const round = rounding[to];
  if (from === "int64") {
    if (to === "float64") return (x) => Number(x);
    if (to === "float32") return (x) => int64ToFloat32(BigInt(x));
    if (to === "float16") return (x) => round(int64ToFloat32(BigInt(x)));
    if (to === "bool") return (x) => (BigInt(x) === 0n ? 0 : 1);
    return (x) => round(Number(BigInt.asIntN(32, BigInt(x))));
  }
  return (x) => round(Number(x));
}

/** `value`, a value of dtype `from`, as a value of dtype `to`. @example castValue(-1.5, "float32", "uint8") // 255 */
export function castValue(value: Scalar, from: DType, to: DType): Scalar {
  return castFunction(from, to)(value);
}

/** A scalar argument of a program as a value of `dtype`: a number counts as float64, a bigint as int64. */
export function castArgument(value: Scalar, dtype: DType): Scalar {
  return castValue(value, typeof value === "bigint" ? "int64" : "float64", dtype);
}
