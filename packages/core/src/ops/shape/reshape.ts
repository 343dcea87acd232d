/** Other shapes over the same elements in the same order. */
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Layout, operation } from "../../graph/operation.ts";
import { contiguousStrides } from "../../graph/type.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { keywords } from "../../tensor/keywords.ts";
import { viewStrides } from "../../tensor/layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { contiguous } from "./convert.ts";
import { existingDim, type Integers, inferShape, integers, normalizeDim } from "./dims.ts";
import { isRecord, type Named, numberOf } from "./named.ts";

interface ShapeAttributes extends Readonly<Record<string, unknown>> {
  readonly shape: readonly number[];
}

const reshaping = (name: string, gradName: string, view: boolean) =>
  operation<ShapeAttributes>(name, ([x], _, { shape }) => m.reshape(x, shape), {
    gradName,
    half: "keep",
    ...(view && { view: reshapedLayout }),
  });

function reshapedLayout({ shape: from, strides: old, offset }: Layout, { shape }: ShapeAttributes): Layout {
  const strides = viewStrides({ shape: from, strides: old, offset }, shape);
  return { shape, strides: strides ?? contiguousStrides(shape), offset };
}

const viewOp = reshaping("view", "ViewBackward0", true);
const aliasOp = reshaping("reshape", "ReshapeAliasBackward0", true);
const copyOp = reshaping("reshape", "UnsafeViewBackward0", false);

/**
 * The elements in row-major order in another shape; one size may be -1, and follows from the others. A view where the
 * memory allows it, else a copy.
 *
 * @throws ShapeError if the number of elements differs.
 * @example
 * x.reshape(2, -1); // or x.reshape([2, -1])
 */
export function reshape(input: Tensor, ...shape: Integers): Tensor {
  const to = inferShape(integers(shape), input.numel());
  return call(viewStrides(input.layout, to) === null ? copyOp : aliasOp, [input], [], { shape: to });
}

/**
 * A view of another shape; one size may be -1.
 *
 * @throws ShapeError if the number of elements differs, or if the memory cannot be seen so without a copy.
 * @example x.view(2, -1)
 */
export function view(input: Tensor, ...shape: Integers): Tensor {
  const to = inferShape(integers(shape), input.numel());
  if (viewStrides(input.layout, to) === null)
    throw new ShapeError(
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
    );
  return call(viewOp, [input], [], { shape: to });
}

/** A view in the shape of `other`. */
export function viewAs(input: Tensor, other: Tensor): Tensor {
  requireTensors("view_as", [input, other]);
  return view(input, other.shape);
}

/** Reshapes to the shape of `other`. */
export function reshapeAs(input: Tensor, other: Tensor): Tensor {
  requireTensors("reshape_as", [input, other]);
  return reshape(input, other.shape);
}

/** The dimensions that `flatten` merges, by name. */
export interface FlattenOptions {
  /** Default 0. */
  readonly startDim?: number;
  /** Default -1. */
  readonly endDim?: number;
}

/**
 * Merges dimensions `startDim` to `endDim`, both included, into one. A tensor of no dimension becomes [1].
 *
 * @throws ShapeError if `startDim` comes after `endDim`; IndexError for a dimension that does not exist.
 * @example x.flatten(1) // [N, C, H, W] → [N, C·H·W]
 */
export function flatten(input: Tensor, startDim?: number | FlattenOptions, endDim?: Named<"endDim">): Tensor {
  const { shape, ndim } = input;
  const given = keywords<FlattenOptions>(["startDim", "endDim"], [startDim, endDim]);
  const start = normalizeDim(given.startDim ?? 0, ndim);
  const end = normalizeDim(given.endDim ?? -1, ndim);
  if (start > end) throw new ShapeError("flatten() has invalid args: start_dim cannot come after end_dim");
  if (ndim === 0) return reshape(input, [1]);
  if (start === end) return input;
  const merged = shape.slice(start, end + 1).reduce((a, b) => a * b, 1);
  return reshape(input, [...shape.slice(0, start), merged, ...shape.slice(end + 1)]);
}

/** All elements in one dimension. A view if they lie in row-major order, else a copy. */
export function ravel(input: Tensor): Tensor {
  return view(contiguous(input), [-1]);
}

/**
 * Splits dimension `dim` into several; one of `sizes` may be -1.
 *
 * @throws ShapeError if the sizes do not multiply to the dimension's.
 * @example x.unflatten(1, [2, -1]) // [N, 6] → [N, 2, 3]
 */
export function unflatten(input: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const d = existingDim(dim, input.ndim);
  if (sizes.length === 0) throw new ShapeError("unflatten: sizes must be non-empty");
  const known = sizes.reduce((n, size) => (size === -1 ? n : n * size), 1);
  const inferred = sizes.includes(-1) && known > 0 ? input.shape[d] / known : -1;
  const parts = sizes.map((size) => (size === -1 ? inferred : size));
  if (parts.reduce((a, b) => a * b, 1) !== input.shape[d] || !parts.every(Number.isInteger))
    throw new ShapeError(
      `unflatten: Provided sizes [${sizes.join(", ")}] don't multiply up to the size of dim ${d} (${input.shape[d]}) in the input tensor`,
    );
  return view(input, [...input.shape.slice(0, d), ...parts, ...input.shape.slice(d + 1)]);
}

const without = (values: readonly number[], dims: readonly number[]): number[] =>
  values.filter((_, d) => !dims.includes(d));

const squeezing = (gradName: string) =>
  operation<{ dims: readonly number[] }>("squeeze", ([x], _, { dims }) => m.reshape(x, without(x.shape, dims)), {
    gradName,
    half: "keep",
    view: ({ shape, strides, offset }, { dims }) => ({
      shape: without(shape, dims),
      strides: without(strides, dims),
      offset,
    }),
  });
const squeezeAllOp = squeezing("SqueezeBackward0");
const squeezeOp = squeezing("SqueezeBackward1");

/**
 * A view without the dimensions of size 1: all of them, or those in `dim` that are of size 1.
 *
 * @throws IndexError for a dimension that does not exist.
 */
export function squeeze(
  input: Tensor,
  dim?: number | readonly number[] | { readonly dim?: number | readonly number[] },
): Tensor {
  const { shape, ndim } = input;
  const given = isRecord(dim) ? keywords<{ dim?: number | readonly number[] }>(["dim"], [dim]).dim : dim;
  if (given === undefined)
    return call(squeezeAllOp, [input], [], { dims: m.allDims(input).filter((d) => shape[d] === 1) });
  const wanted = (typeof given === "number" ? [given] : given).map((d) => normalizeDim(d, ndim));
  return call(squeezeOp, [input], [], { dims: wanted.filter((d) => shape[d] === 1) });
}

const unsqueezeOp = operation<{ dim: number }>("unsqueeze", ([x], _, { dim }) => m.unsqueeze(x, dim), {
  half: "keep",
  view: ({ shape, strides, offset }, { dim }) => ({
    shape: shape.toSpliced(dim, 0, 1),
    strides: strides.toSpliced(dim, 0, dim < shape.length ? shape[dim] * strides[dim] : 1),
    offset,
  }),
});

/**
 * A view with a new dimension of size 1 at `dim`; -1 is after the last.
 *
 * @throws IndexError if `dim` is not in [-n - 1, n] for n dimensions.
 */
export function unsqueeze(input: Tensor, dim: number | { readonly dim: number }): Tensor {
  return call(unsqueezeOp, [input], [], { dim: normalizeDim(numberOf(dim, "dim", Number.NaN), input.ndim + 1) });
}
