/** Linear maps between tensors of several dimensions. */
import { ShapeError, ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { permute } from "../shape/permute.ts";
import { reshape } from "../shape/reshape.ts";
import { inverseNamed, solve } from "./inverse.ts";

const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);

/**
 * `torch.linalg.tensorinv`: the inverse of the map that `tensordot(A, x, A.ndim - ind)` is, computed on the host.
 *
 * @param ind how many of the first dimensions of `A` are the map's result; default 2.
 * @throws ValueError for `ind` that is not positive, or a singular map; ShapeError where it is not square.
 * @example torch.linalg.tensorinv(torch.eye(6).reshape([2, 3, 6]), 2).shape // [6, 2, 3]
 */
export function tensorinv(A: Tensor, ind: number | { readonly ind?: number } = 2): Tensor {
  const count = typeof ind === "number" ? ind : (ind.ind ?? 2);
  if (!(count > 0)) throw new ValueError("Expected a strictly positive integer for 'ind'");
  const [results, operands] = [A.shape.slice(0, count), A.shape.slice(count)];
  if (product(results) !== product(operands))
    throw new ShapeError(
      `Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ${product(operands)} != ${product(results)}`,
    );
  const square = reshape(A, [product(results), product(operands)]);
  return reshape(inverseNamed(square, "linalg.tensorinv"), [...operands, ...results]);
}

/**
 * `torch.linalg.tensorsolve`: X with tensordot(A, X, X.ndim) = B, computed on the host.
 *
 * @param dims dimensions of `A` that are moved to its end first.
 * @throws ShapeError where sizes do not fit, ValueError for a singular map.
 */
export function tensorsolve(
  A: Tensor,
  B: Tensor,
  dims: readonly number[] | null | { readonly dims?: readonly number[] | null } = null,
): Tensor {
  const moved = (isList(dims) ? dims : dims?.dims) ?? [];
  const last = moved.map((d) => (d < 0 ? d + A.ndim : d));
  const order = [...A.shape.keys()].filter((d) => !last.includes(d));
  const a = last.length === 0 ? A : permute(A, [...order, ...last]);
  const operands = a.shape.slice(B.ndim);
  if (product(operands) !== product(a.shape.slice(0, B.ndim)))
    throw new ShapeError(
      `Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got ${product(operands)} != ${product(a.shape.slice(0, B.ndim))}`,
    );
  const n = product(operands);
  return reshape(solve(reshape(a, [-1, n]), reshape(B, [n])), operands);
}

function isList(dims: unknown): dims is readonly number[] {
  return Array.isArray(dims);
}
