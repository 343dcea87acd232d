import type { DType, HostArray } from "../../dtype/dtype.ts";
import { hostArray, isFloat } from "../../dtype/dtype.ts";
import { floatToHalf, roundToHalf } from "../../dtype/half.ts";
import { halvesOf, storeNumber } from "../../dtype/int64.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError } from "../../errors.ts";

/**
 * A host array of `length` draws, each converted to `dtype` as C++ converts a float64. Integer dtypes take integers
 * that fit.
 */
export function fill(dtype: DType, length: number, draw: (i: number) => number): HostArray {
  const out = hostArray(dtype, length);
  if (out instanceof BigInt64Array) {
    const halves = halvesOf(out);
    for (let i = 0; i < length; i++) storeNumber(halves, i, draw(i));
  } else if (dtype === "float16") {
    for (let i = 0; i < length; i++) out[i] = floatToHalf(draw(i));
  } else {
    for (let i = 0; i < length; i++) out[i] = draw(i);
  }
  return out;
}

/** `fill` for 64-bit integers, converted to `dtype` with one rounding. */
export function fillBig(dtype: DType, length: number, draw: () => bigint): HostArray {
  const out = hostArray(dtype, length);
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < length; i++) out[i] = draw();
    return out;
  }
  return fill(dtype, length, () => roundedInput(draw(), dtype));
}

/** A floating dtype's value nearest to a 64-bit integer. */
export function nearestFloat(value: bigint, dtype: DType): number {
  return rounderOf(dtype)(roundedInput(value, dtype));
}

/** A float64 that rounds to the same number of `dtype` as the 64-bit integer does. */
function roundedInput(value: bigint, dtype: DType): number {
  return dtype === "float64" ? Number(value) : roundToOdd(value);
}

/**
 * Rounding this to float32 or float16 rounds the integer once: its bits beyond a float64 are kept as one sticky bit.
 */
function roundToOdd(value: bigint): number {
  if (value === BigInt.asIntN(53, value)) return Number(value);
  const kept = value >> 12n;
  const sticky = (value & 0xfffn) !== 0n ? 1n : 0n;
  return Number(kept | sticky) * 4096;
}

/** The function that rounds a float64 to a floating dtype. */
export function rounderOf(dtype: DType): (value: number) => number {
  if (dtype === "float32") return Math.fround;
  return dtype === "float16" ? roundToHalf : Number;
}

/**
 * Refuses a dtype that a distribution is not defined for, in PyTorch's words.
 *
 * @param kernel PyTorch's name for the kernel
 * @throws DTypeError unless `accepted`
 */
export function requireDType(kernel: string, dtype: DType, accepted = isFloat(dtype)): void {
  if (!accepted) throw new DTypeError(`"${kernel}" not implemented for '${pytorchName(dtype)}'`);
}
