/** How often values occur: whole numbers one by one, or in bins of equal width. */
import type { HostArray } from "../../dtype/dtype.ts";
import { isFloat } from "../../dtype/dtype.ts";
import { halfToFloat } from "../../dtype/half.ts";
import { asNumbers, halvesOf } from "../../dtype/int64.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { fromHost } from "../../tensor/creation.ts";
import { data, peekSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";

/** Keyword arguments of `bincount`. */
export interface BincountOptions {
  /** What each element counts, instead of 1; as many as elements. */
  weights?: Tensor | null;
  /** The result has at least as many elements; default 0. */
  minlength?: number;
}

function requireCountable(input: Tensor, weights: Tensor | null, minlength: number): void {
  if (minlength < 0) throw new ValueError("minlength should be >= 0");
  if (isFloat(input.dtype) || input.dtype === "bool")
    throw new DTypeError(`"bincount_cpu" not implemented for '${pytorchName(input.dtype)}'`);
  if (input.ndim !== 1) throw new ShapeError("bincount only supports 1-d non-negative integral inputs.");
  if (weights !== null && (weights.ndim !== 1 || weights.numel() !== input.numel()))
    throw new ShapeError("weights should be 1-d and have the same length as input");
}

const negative = (): ValueError => new ValueError("bincount only supports 1-d non-negative integral inputs.");

/** @returns how many results the elements take. */
function lengthOf(places: ArrayLike<number>): number {
  let length = 0;
  for (let i = 0; i < places.length; i++) {
    if (places[i] < 0) throw negative();
    if (places[i] >= length) length = places[i] + 1;
  }
  return length;
}

/** How often each number occurs; there may be zeros at the end. */
function countsOf(values: HostArray): Int32Array {
  return (
    (values instanceof BigInt64Array ? countsOfWide(halvesOf(values)) : null) ?? countsOfNumbers(asNumbers(values))
  );
}

function countsOfNumbers(numbers: ArrayLike<number>): Int32Array {
  // No vector is long enough for a count beyond 31 bits.
  const counts = new Int32Array(lengthOf(numbers));
  for (let i = 0; i < numbers.length; i++) counts[numbers[i]]++;
  return counts;
}

/** Counts of int64 in one go, in an array that grows; null unless all are from 0 up to 2^31. */
function countsOfWide(halves: Int32Array): Int32Array | null {
  let counts = new Int32Array(1024);
  let at = 0;
  for (;;) {
    at = countFrom(halves, at, counts);
    if (at < 0) return counts;
    if (halves[at + 1] !== 0 || halves[at] < 0) return null;
    const more = new Int32Array(Math.max(halves[at] + 1, 2 * counts.length));
    more.set(counts);
    counts = more;
  }
}

/** Counts on from `first` up to an element that has no place, which it returns; -1 if there is none. */
function countFrom(halves: Int32Array, first: number, counts: Int32Array): number {
  for (let i = first; i < halves.length; i += 2) {
    const low = halves[i];
    if (halves[i + 1] !== 0 || low < 0 || low >= counts.length) return i;
    counts[low]++;
  }
  return -1;
}

function counted(input: Tensor, values: HostArray, minlength: number): Tensor {
  const counts = countsOf(values);
  let length = counts.length;
  while (length > minlength && counts[length - 1] === 0) length--;
  const result = new BigInt64Array(Math.max(length, minlength));
  const halves = halvesOf(result);
  for (let i = 0; i < length; i++) halves[2 * i] = counts[i];
  return fromHost(result, [result.length], "int64", input.device);
}

function summed(input: Tensor, values: HostArray, weights: Tensor, given: HostArray, minlength: number): Tensor {
  const places = asNumbers(values);
  const length = Math.max(lengthOf(places), minlength);
  // Weights of every other dtype count as float64.
  const dtype = weights.dtype === "float32" ? "float32" : "float64";
  const sums = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  const numbers = weights.dtype === "float16" ? Float32Array.from(given as Uint16Array, halfToFloat) : asNumbers(given);
  for (let i = 0; i < places.length; i++) sums[places[i]] += numbers[i];
  return fromHost(sums, [length], dtype, input.device);
}

/**
 * How often each of 0, 1, 2 … occurs in a vector of whole numbers; with `weights`, the sums of their weights. As long as
 * the greatest element needs, so the result is awaited.
 *
 * @throws DTypeError for floats, ValueError for negative elements.
 * @example
 * await torch.bincount(torch.tensor([1, 1, 3], { dtype: "int64" })) // tensor([0, 2, 0, 1])
 */
export async function bincount(
  input: Tensor,
  weights?: Tensor | BincountOptions | null,
  minlength?: number | BincountOptions,
): Promise<Tensor> {
  const given = keywords<BincountOptions>(["weights", "minlength"], [weights, minlength]);
  const by = given.weights ?? null;
  requireCountable(input, by, given.minlength ?? 0);
  const values = await data(input);
  const least = given.minlength ?? 0;
  return by === null || values.length === 0
    ? counted(input, values, least)
    : summed(input, values, by, await data(by), least);
}

/** `bincount` at once, on devices that can be read so. */
export function bincountSync(
  input: Tensor,
  weights?: Tensor | BincountOptions | null,
  minlength?: number | BincountOptions,
): Tensor {
  const given = keywords<BincountOptions>(["weights", "minlength"], [weights, minlength]);
  const by = given.weights ?? null;
  requireCountable(input, by, given.minlength ?? 0);
  const values = peekSync(input);
  const least = given.minlength ?? 0;
  return by === null || values.length === 0
    ? counted(input, values, least)
    : summed(input, values, by, peekSync(by), least);
}

interface HistcAttributes extends Record<string, unknown> {
  readonly bins: number;
  /** Whether the range is that of the elements. */
  readonly fromData: boolean;
}

const histcOp = operation<HistcAttributes>(
  "histc",
  ([input], scalars, { bins, fromData }) => {
    const x = m.reshape(input, [input.numel]);
    if (x.numel === 0) return m.zerosLike({ dtype: x.dtype, shape: [bins] });
    const [from, to] = fromData ? [m.amin(x), m.amax(x)] : scalars.map((bound) => m.cast(bound, x.dtype));
    const empty = m.eq(from, to);
    const least = m.where(empty, m.sub(from, 1), from);
    const greatest = m.where(empty, m.add(to, 1), to);
    const finite = m.and(m.lt(m.abs(least), Number.POSITIVE_INFINITY), m.lt(m.abs(greatest), Number.POSITIVE_INFINITY));
    const range = m.check(least, finite, {
      error: "ValueError",
      message: "torch.histc: the range of the elements is not finite",
    });
    const inside = m.and(m.ge(x, range), m.le(x, greatest));
    const place = m.div(m.mul(m.sub(x, range), bins), m.sub(greatest, range));
    const bin = m.minimum(m.cast(m.where(inside, place, 0), "int64"), bins - 1);
    // What lies outside is counted in a bin more, which is dropped.
    const index = m.where(inside, bin, bins);
    const counts = m.scatter(m.zerosLike({ dtype: x.dtype, shape: [bins + 1] }), 0, index, m.constantLike(x, 1), "sum");
    return m.slice(counts, 0, 0, bins);
  },
  { derivative: ({ input }) => [m.zerosLike(input(0))] },
);

/** Keyword arguments of `histc`. */
export interface HistcOptions {
  /** Default 100. */
  bins?: number;
  /** Range; where both are equal (the default: 0), the range of the elements. */
  min?: Scalar;
  max?: Scalar;
}

/**
 * The number of elements in each of `bins` bins of equal width from `min` to `max`; elements outside do not count.
 *
 * @throws DTypeError for integers, ValueError where `max` is less than `min`.
 * @example
 * torch.histc(torch.tensor([1, 2, 1]), 4, 0, 3) // tensor([0., 2., 1., 0.])
 */
export function histc(
  input: Tensor,
  bins?: number | HistcOptions,
  min?: Scalar | HistcOptions,
  max?: Scalar | HistcOptions,
): Tensor {
  const given = keywords<HistcOptions>(["bins", "min", "max"], [bins, min, max]);
  const [count, from, to] = [given.bins ?? 100, toNumber(given.min ?? 0), toNumber(given.max ?? 0)];
  if (!isFloat(input.dtype)) throw new DTypeError(`"histogram_cpu" not implemented for '${pytorchName(input.dtype)}'`);
  if (!Number.isInteger(count) || count <= 0)
    throw new ValueError(`torch.histogram(): bins must be > 0, but got ${count} for dimension 0`);
  if (!Number.isFinite(from) || !Number.isFinite(to))
    throw new ValueError(`torch.histc: range of [${from}, ${to}] is not finite`);
  if (from > to) throw new ValueError("torch.histc: max must be larger than min");
  const fromData = from === to;
  return call(histcOp, [input], fromData ? [] : [given.min ?? 0, given.max ?? 0], { bins: count, fromData });
}
