/** Initialisations that look at whole columns. They are computed on the host. */

import { assign, normal_, requireTensors } from "@cresset/core/extend";
import {
  tensor as fromArray,
  mul,
  noGrad,
  randn,
  randperm,
  reshape,
  ShapeError,
  type Tensor,
} from "@cresset/core/functions";
import { keywords } from "./keywords.ts";

export interface SparseOptions {
  /** The part of each column that is zero. */
  readonly sparsity: number;
  /** Standard deviation of the others; default 0.01. */
  readonly std?: number;
}

/**
 * Martens (2010): normal elements, with a random part of each column set to zero.
 *
 * @throws ShapeError unless the tensor is a matrix.
 */
export function sparse_(tensor: Tensor, options: number | SparseOptions, deviation?: number): Tensor {
  requireTensors("sparse_", [tensor]);
  const { sparsity, std = 0.01 } = keywords<SparseOptions>(["sparsity", "std"], [options, deviation]);
  if (tensor.ndim !== 2) throw new ShapeError("Only tensors with 2 dimensions are supported");
  const [rows, columns] = tensor.shape;
  const zeros = Math.ceil(sparsity * rows);
  const mask = new Float32Array(rows * columns).fill(1);
  return noGrad(() => {
    normal_(tensor, 0, std);
    for (let c = 0; c < columns; c++)
      for (const row of drawn(randperm(rows)).slice(0, zeros)) mask[Number(row) * columns + c] = 0;
    return assign(tensor, mul(tensor, reshape(fromArray(mask, like(tensor)), tensor.shape)), "sparse_");
  });
}

/**
 * Saxe et al. (2014): orthonormal rows or columns, whichever are fewer, of the tensor seen as [first size, all others],
 * times `gain`.
 *
 * @throws ShapeError for fewer than 2 dimensions.
 */
export function orthogonal_(tensor: Tensor, options: number | { readonly gain?: number } = {}): Tensor {
  requireTensors("orthogonal_", [tensor]);
  const { gain = 1 } = keywords<{ gain?: number }>(["gain"], [options]);
  if (tensor.ndim < 2) throw new ShapeError("Only tensors with 2 or more dimensions are supported");
  if (tensor.numel() === 0) return tensor;
  const rows = tensor.shape[0];
  const columns = tensor.numel() / rows;
  const values = Float64Array.from(drawn(randn([rows, columns], { dtype: tensor.dtype })), Number);
  const tall = rows >= columns;
  // Vectors are the columns of a tall matrix, or the rows of a wide one.
  const [count, length] = tall ? [columns, rows] : [rows, columns];
  const at = (v: number, i: number): number => (tall ? i * columns + v : v * columns + i);
  orthonormalize(values, count, length, at);
  const result = Float64Array.from(values, (x) => x * gain);
  return noGrad(() => assign(tensor, reshape(fromArray(result, like(tensor)), tensor.shape), "orthogonal_"));
}

/** Modified Gram-Schmidt: the Q of the QR decomposition whose R has a positive diagonal. Twice, for accuracy. */
function orthonormalize(
  values: Float64Array,
  count: number,
  length: number,
  at: (v: number, i: number) => number,
): void {
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[at(a, i)] * values[at(b, i)];
    return sum;
  };
  for (let v = 0; v < count; v++) {
    for (let again = 0; again < 2; again++) {
      for (let u = 0; u < v; u++) {
        const along = dot(u, v);
        for (let i = 0; i < length; i++) values[at(v, i)] -= along * values[at(u, i)];
      }
    }
    const norm = Math.sqrt(dot(v, v));
    for (let i = 0; i < length; i++) values[at(v, i)] /= norm;
  }
}

const like = ({ dtype, device }: Tensor): { dtype: Tensor["dtype"]; device: string } => ({ dtype, device });

/** The elements of a tensor that was just drawn, which is on the host wherever it will be used. */
function drawn(
  tensor: Tensor,
): ArrayLike<number | bigint> &
  Iterable<number | bigint> & { slice(from: number, to: number): Iterable<number | bigint> } {
  return (tensor.value.slot?.host ?? tensor.dataSync()) as Float32Array;
}
