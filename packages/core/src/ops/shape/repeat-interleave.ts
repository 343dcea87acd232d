/** Elements repeated next to each other. */
import type { HostArray } from "../../dtype/dtype.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import { fromHost } from "../../tensor/creation.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { data, dataSync } from "../../tensor/reading.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { indexSelect } from "../indexing/index-select.ts";
import { existingDim } from "./dims.ts";
import { ravel } from "./reshape.ts";

const repeatOp = operation<{ repeats: number; dim: number }>(
  "repeat_interleave",
  ([x], _, { repeats, dim }) => {
    const shape = x.shape.toSpliced(dim + 1, 0, repeats);
    return m.reshape(m.broadcastTo(m.unsqueeze(x, dim + 1), shape), x.shape.with(dim, x.shape[dim] * repeats));
  },
  { half: "keep" },
);

/** What `repeatInterleave` takes beyond PyTorch's positional parameters. */
export interface RepeatInterleaveOptions {
  /** Number of elements of the result along the dimension; checked where it is given. */
  readonly outputSize?: number;
}

/**
 * Each element of dimension `dim` (by default of all elements as one vector) `repeats` times in a row: a number for all, or
 * one number each. Counts in a tensor decide the result's shape, so that form is awaited.
 *
 * @throws ShapeError if there are not as many counts as elements; ValueError for negative counts.
 * @example
 * torch.tensor([1, 2]).repeatInterleave(2); // [1, 1, 2, 2]
 * await x.repeatInterleave(counts, 0);
 */
export function repeatInterleave(
  input: Tensor,
  repeats: number | readonly number[],
  dim?: number,
  options?: RepeatInterleaveOptions,
): Tensor;
export function repeatInterleave(
  input: Tensor,
  repeats?: Tensor,
  dim?: number,
  options?: RepeatInterleaveOptions,
): Promise<Tensor>;
export function repeatInterleave(
  input: Tensor,
  repeats: number | readonly number[] | Tensor = input,
  dim?: number,
  options: RepeatInterleaveOptions = {},
): Tensor | Promise<Tensor> {
  requireNames(options, ["outputSize"]);
  if (!(repeats instanceof Tensor)) return repeatInterleaveSync(input, repeats, dim, options);
  checkCounts(repeats);
  return data(repeats).then((counts) => byTensor(input, repeats, counts, dim, options));
}

/** `repeatInterleave` at once, also with counts in a tensor. @throws DeviceError on devices that read asynchronously. */
export function repeatInterleaveSync(
  input: Tensor,
  repeats: number | readonly number[] | Tensor = input,
  dim?: number,
  options: RepeatInterleaveOptions = {},
): Tensor {
  requireNames(options, ["outputSize"]);
  if (repeats instanceof Tensor) {
    checkCounts(repeats);
    return byTensor(input, repeats, dataSync(repeats), dim, options);
  }
  const source = dim === undefined ? ravel(input) : input;
  const d = dim === undefined ? 0 : existingDim(dim, source.ndim);
  if (typeof repeats !== "number") return byCounts(source, repeats, d, options);
  if (!Number.isInteger(repeats)) throw new DTypeError("repeats has to be Long or Int tensor");
  if (repeats < 0) throw new ValueError("repeats can not be negative");
  return call(repeatOp, [source.ndim === 0 ? ravel(source) : source], [], { repeats, dim: d });
}

function checkCounts(repeats: Tensor): void {
  if (repeats.dtype !== "int64" && repeats.dtype !== "int32")
    throw new DTypeError("repeats has to be Long or Int tensor");
  if (repeats.ndim > 1) throw new ShapeError("repeat_interleave only accept 1D vector as repeat");
}

function byTensor(
  input: Tensor,
  repeats: Tensor,
  counts: HostArray,
  dim: number | undefined,
  options: RepeatInterleaveOptions,
): Tensor {
  const list = Array.from(counts as ArrayLike<number | bigint>, Number);
  // Without an input of its own, the counts repeat their positions.
  if (input === repeats) return positions(list, options, input.device);
  const source = dim === undefined || input.ndim === 0 ? ravel(input) : input;
  const d = dim === undefined ? 0 : existingDim(dim, input.ndim);
  return byCounts(source, list.length === 1 ? new Array<number>(source.shape[d]).fill(list[0]) : list, d, options);
}

function byCounts(source: Tensor, counts: readonly number[], dim: number, options: RepeatInterleaveOptions): Tensor {
  if (counts.length !== source.shape[dim]) throw new ShapeError("repeats must have the same size as input along dim");
  return indexSelect(source, dim, positions(counts, options, source.device));
}

function positions(counts: readonly number[], { outputSize }: RepeatInterleaveOptions, device: string): Tensor {
  if (counts.some((n) => n < 0)) throw new ValueError("repeats can not be negative");
  if (!counts.every((n) => Number.isInteger(n))) throw new DTypeError("repeats has to be Long or Int tensor");
  const total = counts.reduce((a, b) => a + b, 0);
  if (outputSize !== undefined && outputSize !== total)
    throw new ShapeError(
      `allocated size does not match required size: output_size is ${outputSize}, but the repeats add up to ${total}`,
    );
  const places = new BigInt64Array(total);
  let at = 0;
  for (const [i, n] of counts.entries()) {
    places.fill(BigInt(i), at, at + n);
    at += n;
  }
  return fromHost(places, [total], "int64", device);
}
