import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { newZeros } from "../creation/fill.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { sum } from "../reduction/sum.ts";
import { requireMatrices } from "./batches.ts";
import { overBatch } from "./cholesky.ts";
import { matmul } from "./matmul.ts";
import { matrixRank } from "./matrix-norm.ts";
import { pinv } from "./pseudo-inverse.ts";
import { svdvals } from "./svd.ts";

/**
 * `torch.linalg.lstsq`: X [*, n, k] that minimises ‖A X − B‖, of A [*, m, n] and B [*, m, k]; the shortest of several. By the
 * pseudo-inverse, which the host computes.
 *
 * @param rcond singular values up to `rcond` times the largest count as 0; default max(m, n) times the dtype's spacing at 1.
 * @returns `solution`; `residuals` [*, k], the sums of squares, where m > n and all ranks are n, else empty; `rank` [*];
 * `singularValues` [*, min(m, n)].
 * @throws ShapeError where sizes do not fit.
 * @example
 * const { solution } = torch.linalg.lstsq(A, B);
 */
export function lstsq(
  A: Tensor,
  B: Tensor,
  options: { readonly rcond?: number } = {},
): Results<"solution" | "residuals" | "rank" | "singularValues"> {
  requireMatrices("torch.linalg.lstsq", A);
  if (A.dtype !== B.dtype)
    throw new DTypeError(
      `torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype ${pytorchName(A.dtype)} and other's dtype ${pytorchName(B.dtype)}`,
    );
  requireMatrices("torch.linalg.lstsq", B, "B");
  const [rows, columns] = A.shape.slice(-2);
  if (B.shape[B.ndim - 2] !== rows)
    throw new ShapeError(
      `torch.linalg.lstsq: input.size(-2) should match other.size(-2), but they are ${rows} and ${B.shape[B.ndim - 2]}`,
    );
  const [a, b] = overBatch(A, B);
  const cut = options.rcond === undefined ? {} : { rtol: options.rcond };
  const solution = matmul(pinv(a, cut), b);
  const rank = matrixRank(a, cut);
  const full = rows > columns && (rank.dataSync() as BigInt64Array).every((r) => Number(r) === columns);
  const error = sub(matmul(a, solution), b);
  const residuals = full ? sum(mul(error, error), -2) : newZeros(b, [0]);
  return namedResults(
    ["solution", "residuals", "rank", "singularValues"],
    [solution, residuals, rank, svdvals(a)],
    "linalg_lstsq",
  );
}
