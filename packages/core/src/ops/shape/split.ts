/** Tensors cut into views along a dimension. */
import { AutogradError, IndexError, ShapeError, ValueError } from "../../errors.ts";
import type { Recording } from "../../graph/recording.ts";
import { dataSync } from "../../tensor/reading.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { existingDim, integers, normalizeDim, sizeText } from "./dims.ts";
import { type Named, numberOf } from "./named.ts";
import { selected, selecting, sliced, slicing } from "./slice.ts";

/** Views that are made together are not written one by one; each is recorded by itself, with where it starts. */
function refuseWriting(tensor: Tensor, made: Recording): never {
  const length = made.node === null ? 1 : Number(made.node.template.attributes.length ?? 1);
  const index = made === tensor.edge?.recording ? Math.ceil(Number(made.args[0]) / Math.max(length, 1)) : 0;
  throw new AutogradError(
    `Output ${index} of ${tensor.gradFn?.name} is a view and is being modified inplace. This view is the output of a function that returns multiple views. ` +
      "Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.",
  );
}

const splitOp = slicing("split", "SplitBackward0", refuseWriting);
const splitSizesOp = slicing("split_with_sizes", "SplitWithSizesBackward0", refuseWriting);
const unbindOp = selecting("unbind", "UnbindBackward0", refuseWriting);

function pieces(input: Tensor, dim: number, sizes: readonly number[], op?: typeof splitOp): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const piece = sliced(input, dim, start, size, 1, op);
    start += size;
    return piece;
  });
}

/** Sizes of pieces of `size`, the last one smaller; one empty piece of an empty dimension. */
function evenly(total: number, size: number): number[] {
  const count = Math.max(1, size === 0 ? 1 : Math.ceil(total / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

/**
 * Views of `splitSize` elements of dimension `dim` each (the last one may have fewer), or of the given sizes.
 *
 * @throws ShapeError if the sizes do not add up to the dimension's.
 * @example x.split(2); x.split([1, 4])
 */
export function split(input: Tensor, splitSizeOrSections: number | readonly number[], dim: Named<"dim"> = 0): Tensor[] {
  if (typeof splitSizeOrSections !== "number") return splitWithSizes(input, splitSizeOrSections, dim);
  const size = splitSizeOrSections;
  if (input.ndim === 0) throw new ShapeError("split expects at least a 1-dimensional tensor");
  if (!(Number.isInteger(size) && size >= 0))
    throw new ShapeError(`split expects split_size be non-negative, but got split_size=${size}`);
  const d = normalizeDim(numberOf(dim, "dim", 0), input.ndim);
  const total = input.shape[d];
  if (size === 0 && total !== 0)
    throw new ShapeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${total}`);
  return pieces(input, d, evenly(total, size), splitOp);
}

/** Views of the given sizes of dimension `dim`. @throws ShapeError if they do not add up to the dimension's. */
export function splitWithSizes(input: Tensor, splitSizes: readonly number[], dim: Named<"dim"> = 0): Tensor[] {
  if (input.ndim === 0) throw new ShapeError("split expects at least a 1-dimensional tensor");
  const d = normalizeDim(numberOf(dim, "dim", 0), input.ndim);
  integers(splitSizes);
  if (splitSizes.some((size) => size < 0))
    throw new ShapeError(
      `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${sizeText(splitSizes)}`,
    );
  if (splitSizes.reduce((a, b) => a + b, 0) !== input.shape[d])
    throw new ShapeError(
      `split_with_sizes expects split_sizes to sum exactly to ${input.shape[d]} (input tensor's size at dimension ${numberOf(dim, "dim", 0)}), but got split_sizes=${sizeText(splitSizes)}`,
    );
  return pieces(input, d, splitSizes, splitSizesOp);
}

/**
 * At most `chunks` equally large views along `dim`; the last one may be smaller, and there may be fewer.
 *
 * @example torch.arange(5).chunk(3) // sizes 2, 2, 1
 */
export function chunk(input: Tensor, chunks: number, dim: Named<"dim"> = 0): Tensor[] {
  if (input.ndim === 0) throw new ShapeError("chunk expects at least a 1-dimensional tensor");
  if (!(Number.isInteger(chunks) && chunks > 0))
    throw new ValueError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
  const d = normalizeDim(numberOf(dim, "dim", 0), input.ndim);
  const total = input.shape[d];
  if (total === 0) return pieces(input, d, new Array<number>(chunks).fill(0), splitSizesOp);
  return pieces(input, d, evenly(total, Math.ceil(total / chunks)), splitOp);
}

/**
 * Views along `dim`: as many as `where` says, whose sizes differ by at most one, or cut before the given indices. They are
 * slices, and may be written in place.
 *
 * @param where the number of views, or the indices; also as an int64 tensor, which is read.
 * @throws DeviceError for a tensor on a device that reads asynchronously, unless the host knows it: it is made of numbers, or was read.
 * @example torch.arange(5).tensorSplit([1, 3]) // [0], [1, 2], [3, 4]
 */
export function tensorSplit(
  input: Tensor,
  where: number | readonly number[] | Tensor,
  dim: Named<"dim"> = 0,
): Tensor[] {
  const indicesOrSections = where instanceof Tensor ? readPlaces(where) : where;
  if (input.ndim === 0)
    throw new ShapeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  const d = normalizeDim(numberOf(dim, "dim", 0), input.ndim);
  const size = input.shape[d];
  if (typeof indicesOrSections === "number") {
    const count = indicesOrSections;
    if (!(Number.isInteger(count) && count > 0))
      throw new ValueError(`number of sections must be larger than 0, got ${count}`);
    const [small, larger] = [Math.floor(size / count), size % count];
    return pieces(
      input,
      d,
      Array.from({ length: count }, (_, i) => small + (i < larger ? 1 : 0)),
    );
  }
  integers(indicesOrSections);
  const within = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  const cuts = [0, ...indicesOrSections.map(within), size];
  return cuts.slice(1).map((end, i) => sliced(input, d, cuts[i], Math.max(0, end - cuts[i])));
}

function readPlaces(where: Tensor): number | number[] {
  if (where.dtype !== "int64" || where.ndim > 1)
    throw new ShapeError(
      `tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor of dtype long, but got ${where.dtype} of ${where.ndim} dimensions`,
    );
  // What the host has, no device needs to be asked for.
  const places = Array.from(where.current().slot?.host ?? dataSync(where), Number);
  return where.ndim === 0 ? places[0] : places;
}

function stackSplit(
  name: string,
  input: Tensor,
  indicesOrSections: number | readonly number[],
  dim: number,
  least: number,
): Tensor[] {
  if (input.ndim < least)
    throw new ShapeError(
      `torch.${name} requires a tensor with at least ${least} dimension, but got a tensor with ${input.ndim} dimensions!`,
    );
  if (typeof indicesOrSections === "number" && (indicesOrSections === 0 || input.shape[dim] % indicesOrSections !== 0))
    throw new ValueError(
      `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${input.shape[dim]} is not divisible by the split_size ${indicesOrSections}!`,
    );
  return tensorSplit(input, indicesOrSections, dim);
}

/** `tensorSplit` of columns (of the elements of a vector). */
export function hsplit(input: Tensor, indicesOrSections: number | readonly number[]): Tensor[] {
  return stackSplit("hsplit", input, indicesOrSections, input.ndim === 1 ? 0 : 1, 1);
}

/** `tensorSplit` of rows. */
export function vsplit(input: Tensor, indicesOrSections: number | readonly number[]): Tensor[] {
  return stackSplit("vsplit", input, indicesOrSections, 0, 2);
}

/** `tensorSplit` along dimension 2. */
export function dsplit(input: Tensor, indicesOrSections: number | readonly number[]): Tensor[] {
  return stackSplit("dsplit", input, indicesOrSections, 2, 3);
}

/** A view of each element of dimension `dim`, which disappears. @throws IndexError for a tensor of no dimension. */
export function unbind(input: Tensor, dim: Named<"dim"> = 0): Tensor[] {
  const given = numberOf(dim, "dim", 0);
  if (input.ndim === 0)
    throw new IndexError(`Dimension specified as ${normalizeDim(given, 0)} but tensor has no dimensions`);
  const d = existingDim(given, input.ndim);
  return Array.from({ length: input.shape[d] }, (_, i) => selected(input, d, i, unbindOp));
}
