/** How often values occur: whole numbers one by one, or in bins of equal width. */
import type { HostArray } from "../../dtype/dtype.ts";
import { isFloat } from "../../dtype/dtype.ts";
import { asNumbers, halvesOf } from "../../dtype/int64.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { fromHost } from "../../tensor/creation.ts";
import { data, dataSync } from "../../tensor/reading.ts";
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

function counted(
  input: Tensor,
  values: HostArray,
  weights: Tensor | null,
  weightValues: HostArray | null,
  minlength: number,
): Tensor {
  const places = asNumbers(values);
  let length = minlength;
  for (let i = 0; i < places.length; i++) {
    if (places[i] < 0) throw new ValueError("bincount only supports 1-d non-negative integral inputs.");
    if (places[i] >= length) length = places[i] + 1;
  }
  if (weights === null || weightValues === null || places.length === 0) {
    const counts = new BigInt64Array(length);
    // No vector is long enough for a count beyond the low half.
    const halves = halvesOf(counts);
    for (let i = 0; i < places.length; i++) halves[2 * places[i]]++;
    return fromHost(counts, [length], "int64", input.device);
  }
  // Weights of every other dtype count as float64.
  const dtype = weights.dtype === "float32" ? "float32" : "float64";
  const sums = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  const numbers = asNumbers(weightValues);
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
  return counted(input, await data(input), by, by && (await data(by)), given.minlength ?? 0);
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
  return counted(input, dataSync(input), by, by && dataSync(by), given.minlength ?? 0);
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
