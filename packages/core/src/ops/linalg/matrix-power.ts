import { ShapeError, ValueError } from "../../errors.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { identityLike } from "./batches.ts";
import { inv } from "./inverse.ts";
import { product, requireSameDtype, sizes } from "./matmul.ts";

const matrixPowerOp = operation<{ n: number }>("linalg_matrix_power", ([x], _, { n }) => {
  let result: Term | undefined;
  let square = x;
  for (let left = n; left > 0; left >>= 1) {
    if (left & 1) result = result === undefined ? square : product(result, square);
    if (left > 1) square = product(square, square);
  }
  return result ?? identityLike(x);
});

/**
 * `torch.linalg.matrixPower`: the n-th power of square matrices [*, k, k]; of n = 0 identity matrices,
 * of a negative n powers of the inverse, which the host computes.
 *
 * @throws ShapeError for other shapes, ValueError for a negative power of a singular matrix.
 */
export function matrixPower(input: Tensor, n: number): Tensor {
  const { shape, ndim } = input;
  if (ndim < 2) throw new ShapeError(`linalg.matrix_power: The input tensor A must have at least 2 dimensions.`);
  if (shape[ndim - 1] !== shape[ndim - 2])
    throw new ShapeError(
      `linalg.matrix_power: A must be batches of square matrices, but they are ${shape[ndim - 2]} by ${shape[ndim - 1]} matrices`,
    );
  if (!Number.isInteger(n))
    throw new ValueError(`linalg.matrix_power: n must be an integer, but got ${n} (input ${sizes(shape)})`);
  requireSameDtype(input, input);
  if (n < 0) return matrixPower(inv(input), -n);
  return call(matrixPowerOp, [input], [], { n });
}
