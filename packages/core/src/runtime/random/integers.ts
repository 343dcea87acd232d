import type { DType, HostArray } from "../../dtype/dtype.ts";
import { dtypeInfo, hostArray } from "../../dtype/dtype.ts";
import { ValueError } from "../../errors.ts";
import type { Generator } from "../generator.ts";
import { BLOCK, fillBig, fillBlocks, nearestFloat, requireDType, store } from "./fill.ts";

const TWO_32 = 2n ** 32n;
const TWO_63 = 2n ** 63n;
const TWO_64 = 2n ** 64n;

/** Significant bits: from 0 to 2^digits a floating dtype holds every integer, the range of its `random_()`. */
const floatDigits: Partial<Record<DType, number>> = { float16: 11, float32: 24, float64: 53 };
const LARGEST_HALF = 65504n;

/** PyTorch's C++ names of the types with a range, as its messages have them. */
const cppTypes: Partial<Record<DType, string>> = {
  float16: "c10::Half",
  int32: "int",
  int16: "short int",
  int8: "signed char",
  uint8: "unsigned char",
};

/**
 * `length` integers uniform on [low, high): PyTorch's `randint` and `random_(low, high)`. A range of 2^32 or more
 * takes two words a number.
 *
 * @param high exclusive; null stands for the end of the dtype's range (of its exact integers, if floating)
 * @throws ValueError where low >= high, or a bound does not fit the dtype
 * @example randint(new Generator(0), "int64", 3, 0, 10) // [4n, 9n, 3n]
 */
export function randint(
  generator: Generator,
  dtype: DType,
  length: number,
  low: number | bigint,
  high: number | bigint | null,
): HostArray {
  const [from, to] = bounds(dtype, low, high);
  const range = to - from;
  if (range === TWO_64) return fillBig(dtype, length, () => BigInt.asIntN(64, generator.random64()));
  if (range >= TWO_32) {
    return fillBig(dtype, length, () => (generator.random64() % range) + from);
  }
  const width = Number(range);
  const base = Number(from);
  if (Number.isSafeInteger(base) && Number.isSafeInteger(base + width)) {
    return remainders(generator, dtype, length, width, base);
  }
  return fillBig(dtype, length, () => BigInt(generator.random() % width) + from);
}

/**
 * `length` integers over the whole range of `random_()`: [0, max] of an integer dtype, [0, 2^digits] of a floating
 * one.
 *
 * @example randomIntegers(new Generator(0), "uint8", 2) // [172, 47]
 */
export function randomIntegers(generator: Generator, dtype: DType, length: number): HostArray {
  if (dtype === "int64") return fillBig(dtype, length, () => generator.random64() % TWO_63);
  const count = endOf(dtype);
  if (dtype === "float64") return fillBig(dtype, length, () => generator.random64() % count);
  return remainders(generator, dtype, length, Number(count), 0);
}

/** `base` plus the next words modulo `width`, below 2^32. */
function remainders(generator: Generator, dtype: DType, length: number, width: number, base: number): HostArray {
  const inverse = 1 / width;
  return fillBlocks(generator, dtype, length, 1, (numbers, words) => {
    for (let i = 0; i < numbers.length; i++) {
      const word = words[i];
      // With the half no quotient is nearer to an integer than what rounding does to it.
      numbers[i] = word - Math.floor((word + 0.5) * inverse) * width + base;
    }
  });
}

/**
 * A permutation of 0 … n - 1, by n - 1 swaps.
 *
 * @throws ValueError where n is negative or not an integer
 * @throws DTypeError for bool
 * @example randperm(new Generator(0), 4) // [0n, 1n, 3n, 2n]
 */
export function randperm(generator: Generator, n: number, dtype: DType = "int64"): HostArray {
  requireDType("randperm", dtype, dtype !== "bool");
  const order = permutation(generator, n);
  const out = hostArray(dtype, n);
  store(out, dtype, order);
  return out;
}

/** `randperm` as plain numbers, for use as indices. */
export function randpermNumbers(generator: Generator, n: number): number[] {
  // Array.from takes five times as long.
  const numbers: number[] = [];
  for (const i of permutation(generator, n)) numbers.push(i);
  return numbers;
}

function permutation(generator: Generator, n: number): Uint32Array {
  if (!Number.isSafeInteger(n)) throw new ValueError(`randperm: n must be an integer, got ${n}`);
  if (n < 0) throw new ValueError(`Trying to create tensor with negative dimension ${n}: [${n}]`);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const places = new Uint32Array(BLOCK);
  for (let start = 0; start < n - 1; start += BLOCK) {
    const count = Math.min(BLOCK, n - 1 - start);
    generator.words(places.subarray(0, count));
    for (let k = 0; k < count; k++) {
      const i = start + k;
      // Numbers, of which rounded quotients have the right integer part: engines make calls of remainders.
      places[k] += i - Math.floor(places[k] / (n - i)) * (n - i);
    }
    for (let k = 0; k < count; k++) {
      const i = start + k;
      const chosen = order[places[k]];
      order[places[k]] = order[i];
      order[i] = chosen;
    }
  }
  return order;
}

/** The range to draw from, [from, to), checked against the dtype. */
function bounds(dtype: DType, low: number | bigint, high: number | bigint | null): readonly [bigint, bigint] {
  const from = toInteger("from", low);
  const wide = dtype === "float32" || dtype === "float64" || dtype === "int64";
  if (high === null && from === -TWO_63 && wide) return [from, TWO_63];
  const to = high === null ? endOf(dtype) : toInteger("to", high);
  if (from >= to) {
    throw new ValueError(`random_ expects 'from' to be less than 'to', but got from=${from} >= to=${to}`);
  }
  requireInRange("from", from, dtype);
  requireInRange("to - 1", to - 1n, dtype);
  return [roundFrom(from, dtype), high === null ? to : roundTo(to, dtype)];
}

/** `from`, or the next float above it where the first integer after it would round to below it. */
function roundFrom(from: bigint, dtype: DType): bigint {
  const digits = floatDigits[dtype];
  if (digits === undefined) return from;
  const second = BigInt(nearestFloat(from + 1n, dtype));
  return second < from ? second + spacing(from + 1n, digits) : from;
}

/** `to`, or the float below it where the last integer before it would round to it: no draw may reach `to`. */
function roundTo(to: bigint, dtype: DType): bigint {
  const digits = floatDigits[dtype];
  if (digits === undefined) return to;
  const last = BigInt(nearestFloat(to - 1n, dtype));
  return last >= to ? last - spacing(to - 1n, digits) : to;
}

/** The distance of neighbouring floats with `digits` bits about `value`. */
function spacing(value: bigint, digits: number): bigint {
  const size = value < 0n ? -value : value;
  return 1n << BigInt(size.toString(2).length - digits);
}

function toInteger(name: string, value: number | bigint): bigint {
  if (typeof value === "number" ? !Number.isInteger(value) : typeof value !== "bigint") {
    throw new ValueError(`random_ expects '${name}' to be an integer, got ${String(value)}`);
  }
  return BigInt(value);
}

/** One more than the largest integer that `random_` draws for a dtype. */
function endOf(dtype: DType): bigint {
  const digits = floatDigits[dtype];
  const last = digits === undefined ? (dtypeInfo(dtype).range?.[1] ?? 0n) : 1n << BigInt(digits);
  return last + 1n;
}

function requireInRange(name: string, value: bigint, dtype: DType): void {
  const half: readonly [bigint, bigint] = [-LARGEST_HALF, LARGEST_HALF];
  const [low, high] = dtypeInfo(dtype).range ?? (dtype === "float16" ? half : [-TWO_63, TWO_63 - 1n]);
  if (value < low || value > high) throw new ValueError(`${name} is out of bounds for ${cppTypes[dtype] ?? dtype}`);
}
