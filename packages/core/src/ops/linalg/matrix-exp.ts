import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { identityLike } from "./batches.ts";

/** How often a matrix may be halved before its series, and so squared after it: up to norms of 2¹⁵. */
const most = 16;

/**
 * Scaling and squaring: e^A = (e^(A / 2ˢ))^(2ˢ), the inner one by its series, with A / 2ˢ of norm ½ at most (Higham 2008,
 * Functions of Matrices, 10.3). Every matrix of a batch has its own s; the squarings that it does not need are left out by `where`.
 */
function exponential(a: Term): Term {
  const degree = a.dtype === "float64" ? 14 : 8;
  const last = a.rank - 1;
  const norm = m.amax(m.sum(m.abs(a), [last - 1], true), [last], true);
  const fits = m.or(m.le(norm, 2 ** (most - 1)), m.or(m.isNan(norm), m.isInfinite(norm)));
  const failure = {
    error: "ValueError",
    message: `matrix_exp: the norm of a matrix is greater than ${2 ** (most - 1)}`,
  } as const;
  let scaled = m.check(a, m.broadcastTo(fits, a.shape), failure);
  // Comparisons and halves are exact, logarithms would not be.
  const steps = Array.from({ length: most }, (_, s) => m.gt(norm, 2 ** (s - 1)));
  for (const needed of steps) scaled = m.where(needed, m.mul(scaled, 0.5), scaled);
  const identity = identityLike(a);
  let result = identity;
  for (let k = degree; k > 0; k--) result = m.add(identity, m.mul(m.matmul(scaled, result), 1 / k));
  for (const needed of steps) result = m.where(needed, m.matmul(result, result), result);
  return result;
}

const matrixExpOp = operation("linalg_matrix_exp", ([a]) => exponential(a), { gradName: "LinalgMatrixExpBackward0" });

/**
 * e^A of square matrices [*, n, n].
 *
 * @throws ShapeError for matrices that are not square; when it is evaluated, ValueError for a norm beyond 32768.
 * @example torch.matrixExp(torch.zeros([2, 2])) // tensor([[1., 0.], [0., 1.]])
 */
export function matrixExp(A: Tensor): Tensor {
  if (!isFloat(A.dtype))
    throw new DTypeError(
      `linalg.matrix_exp: Expected a floating point or complex tensor as input. Got ${pytorchName(A.dtype)}`,
    );
  if (A.ndim < 2) throw new ShapeError("linalg.matrix_exp: The input tensor A must have at least 2 dimensions.");
  const [rows, columns] = A.shape.slice(-2);
  if (rows !== columns)
    throw new ShapeError(
      `linalg.matrix_exp: A must be batches of square matrices, but they are ${rows} by ${columns} matrices`,
    );
  return A.numel() === 0 ? A.clone() : call(matrixExpOp, [A]);
}
