/** Lower triangles of matrices as vectors, row by row. */
import {
  flatten,
  indexCopy,
  indexSelect,
  reshape,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@cresset/core/functions";

/** Places of the lower triangle below `diagonal` in a row-major [n, n]. */
function places(n: number, diagonal: number): number[] {
  const found: number[] = [];
  for (let row = 0; row < n; row++)
    for (let column = 0; column < Math.min(n, row + diagonal + 1); column++) found.push(row * n + column);
  return found;
}

const indices = (list: readonly number[], like: Tensor): Tensor =>
  tensor([...list], { dtype: "int64", device: like.device });

/** The lower triangle of [*, n, n], up to `diagonal` (0, the main one, by default): [*, count]. */
export function trilOf(matrix: Tensor, diagonal = 0): Tensor {
  const n = matrix.shape[matrix.ndim - 1];
  if (diagonal < -n || diagonal >= n) throw new ValueError(`diag (${diagonal}) provided is outside [${-n}, ${n - 1}].`);
  return indexSelect(flatten(matrix, -2, -1), -1, indices(places(n, diagonal), matrix));
}

/** The matrices [*, n, n] with that lower triangle, and zeros elsewhere. @throws ValueError where no n fits. */
export function matrixOfTril(vector: Tensor, diagonal = 0): Tensor {
  const count = vector.shape[vector.ndim - 1];
  const linear = 1 + 2 * diagonal;
  const size = (-linear + (linear ** 2 + 8 * count + 4 * Math.abs(diagonal) * (diagonal + 1)) ** 0.5) / 2;
  const n = Math.round(size);
  const found = places(n, diagonal);
  if (found.length !== count)
    throw new ValueError(
      `The size of last dimension is ${count} which cannot be expressed as the lower triangular part of a square D x D matrix.`,
    );
  const lead = vector.shape.slice(0, -1);
  const flat = zeros([...lead, n * n], { dtype: vector.dtype, device: vector.device });
  return reshape(indexCopy(flat, -1, indices(found, vector), vector), [...lead, n, n]);
}
