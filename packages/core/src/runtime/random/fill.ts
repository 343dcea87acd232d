import type { DType, HostArray } from "../../dtype/dtype.ts";
import { hostArray, isFloat } from "../../dtype/dtype.ts";
import { floatToHalf, roundToHalf } from "../../dtype/half.ts";
import { halvesOf, storeNumber } from "../../dtype/int64.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError } from "../../errors.ts";
import type { Generator } from "../generator.ts";

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

/** Numbers that are made at once. A function that is called for each would take as long as what it computes. */
export const BLOCK = 512;
const drawn = new Uint32Array(2 * BLOCK);
const made = new Float64Array(BLOCK);

/**
 * The next words of the stream, for some hundred of `length` numbers at a time.
 *
 * @param each words that a number takes: 1 or 2
 * @param use gets those of the numbers from `start` on
 */
export function inBlocks(
  generator: Generator,
  length: number,
  each: number,
  use: (words: Uint32Array, start: number, count: number) => void,
): void {
  for (let start = 0; start < length; start += BLOCK) {
    const count = Math.min(BLOCK, length - start);
    const words = drawn.subarray(0, each * count);
    generator.words(words);
    use(words, start, count);
  }
}

/** A host array of `length` numbers. `make` fills `numbers` from words; integer dtypes take integers that fit. */
export function fillBlocks(
  generator: Generator,
  dtype: DType,
  length: number,
  each: number,
  make: (numbers: Float64Array, words: Uint32Array) => void,
): HostArray {
  const out = hostArray(dtype, length);
  inBlocks(generator, length, each, (words, start, count) => {
    const numbers = made.subarray(0, count);
    make(numbers, words);
    store(out, dtype, numbers, start);
  });
  return out;
}

/** Stores numbers as `dtype` from element `start` on. */
export function store(out: HostArray, dtype: DType, numbers: Float64Array | Uint32Array | Uint8Array, start = 0): void {
  if (out instanceof BigInt64Array) {
    const halves = halvesOf(out);
    for (let i = 0; i < numbers.length; i++) storeNumber(halves, start + i, numbers[i]);
  } else if (dtype === "float16") {
    for (let i = 0; i < numbers.length; i++) out[start + i] = floatToHalf(numbers[i]);
  } else out.set(numbers, start);
}

/** `length` numbers uniform on [0, 1) with 53 bits, each of which `make` turns into another one, in place. */
export const fillFromUniforms = (
  generator: Generator,
  dtype: DType,
  length: number,
  make: (numbers: Float64Array) => void,
): HostArray =>
  fillBlocks(generator, dtype, length, 2, (numbers, words) => {
    for (let i = 0; i < numbers.length; i++)
      numbers[i] = ((words[2 * i] & 0x1fffff) * 2 ** 32 + words[2 * i + 1]) * 2 ** -53;
    make(numbers);
  });

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
