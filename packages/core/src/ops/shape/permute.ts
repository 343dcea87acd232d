/** Dimensions in another order. */
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Integers, integers, normalizeDim, sizeText } from "./dims.ts";

const permuting = (name: string, gradName: string) =>
  operation<{ order: readonly number[] }>(name, ([x], _, { order }) => m.permute(x, order), {
    gradName,
    half: "keep",
    view: ({ shape, strides, offset }, { order }) => ({
      shape: order.map((d) => shape[d]),
      strides: order.map((d) => strides[d]),
      offset,
    }),
  });
const permuteOp = permuting("permute", "PermuteBackward0");
const transposeOp = permuting("transpose", "TransposeBackward0");
const tOp = permuting("t", "TBackward0");

const swapped = (rank: number, a: number, b: number): number[] =>
  Array.from({ length: rank }, (_, d) => (d === a ? b : d === b ? a : d));

/**
 * A view whose dimension i is dimension `dims[i]` of the input.
 *
 * @throws ShapeError if `dims` is not a permutation; IndexError for a dimension that does not exist.
 * @example x.permute(0, 2, 3, 1) // [N, C, H, W] → [N, H, W, C]
 */
export function permute(input: Tensor, ...dims: Integers): Tensor {
  const given = integers(dims);
  const { ndim } = input;
  if (given.length !== ndim)
    throw new ShapeError(
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${ndim} is not equal to len(dims) = ${given.length}`,
    );
  const order = given.map((d) => normalizeDim(d, ndim));
  if (new Set(order).size !== ndim) throw new ShapeError("permute(): duplicate dims are not allowed.");
  return call(permuteOp, [input], [], { order });
}

interface TransposeParameters {
  readonly dim0: number;
  readonly dim1: number;
}

/** A view with dimensions `dim0` and `dim1` exchanged. @throws IndexError for a dimension that does not exist. */
export function transpose(
  input: Tensor,
  ...given: readonly [dim0: number, dim1: number] | ByName<TransposeParameters, ["dim0", "dim1"]>
): Tensor {
  const { dim0, dim1 } = keywords<TransposeParameters>(["dim0", "dim1"], given, 2);
  const { ndim } = input;
  const order = swapped(ndim, normalizeDim(dim0, ndim), normalizeDim(dim1, ndim));
  return call(transposeOp, [input], [], { order });
}

/** A view of a matrix with rows and columns exchanged; vectors stay. @throws ShapeError for more than 2 dimensions. */
export function t(input: Tensor): Tensor {
  const { ndim } = input;
  if (ndim > 2) throw new ShapeError(`t() expects a tensor with <= 2 dimensions, but self is ${ndim}D`);
  return call(tOp, [input], [], { order: ndim === 2 ? [1, 0] : m.allDims(input) });
}

/** All dimensions in reverse order: PyTorch's property `x.T`. */
export function numpyT(input: Tensor): Tensor {
  return call(permuteOp, [input], [], { order: m.allDims(input).reverse() });
}

/** The last two dimensions exchanged: PyTorch's property `x.mT`; numbers stay. @throws ShapeError for vectors. */
export function matrixT(input: Tensor): Tensor {
  const { ndim } = input;
  if (ndim === 0) return numpyT(input);
  if (ndim < 2)
    throw new ShapeError(`tensor.mT is only supported on matrices or batches of matrices. Got ${ndim}-D tensor.`);
  return transpose(input, -2, -1);
}

/** A matrix transposed: PyTorch's property `x.H`, of real numbers. @throws ShapeError unless it has 0 or 2 dimensions. */
export function matrixH(input: Tensor): Tensor {
  const { ndim } = input;
  if (ndim !== 0 && ndim !== 2)
    throw new ShapeError(`tensor.H is only supported on matrices (2-D tensors). Got ${ndim}-D tensor.`);
  return ndim === 2 ? transpose(input, 0, 1) : input;
}

/**
 * Moves dimensions `source` to the places `destination`; the others keep their order.
 *
 * @throws ShapeError if the lists differ in length or repeat a dimension.
 * @example x.movedim(1, -1) // [N, C, H, W] → [N, H, W, C]
 */
export function movedim(
  input: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const from = typeof source === "number" ? [source] : source;
  const to = typeof destination === "number" ? [destination] : destination;
  const { ndim } = input;
  if (from.length !== to.length)
    throw new ShapeError(
      `movedim: Invalid source or destination dims: source (${sizeText(from)} dims) should contain the same number of dims as destination (${sizeText(to)} dims)`,
    );
  const sources = from.map((d) => normalizeDim(d, ndim));
  const targets = to.map((d) => normalizeDim(d, ndim));
  if (new Set(sources).size !== sources.length)
    throw new ShapeError(`movedim: repeated dim in \`source\` (${sizeText(from)})`);
  if (new Set(targets).size !== targets.length)
    throw new ShapeError(`movedim: repeated dim in \`destination\` (${sizeText(to)})`);
  const others = m.allDims(input).filter((d) => !sources.includes(d));
  const order = m.allDims(input).map((d) => {
    const at = targets.indexOf(d);
    return at >= 0 ? sources[at] : -1;
  });
  return call(permuteOp, [input], [], { order: order.map((d) => (d >= 0 ? d : (others.shift() ?? 0))) });
}
