/** Singular values of matrices of low rank, by random projections (Halko, Martinsson and Tropp 2009). */
import { ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { sub } from "../elementwise/arithmetic.ts";
import { randn } from "../random/creation.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { mean } from "../reduction/sum.ts";
import { expand } from "../shape/expand.ts";
import { transpose } from "../shape/permute.ts";
import { requireMatrices } from "./batches.ts";
import { matmul } from "./matmul.ts";
import { linalgQr } from "./qr.ts";
import { linalgSvd } from "./svd.ts";

const mT = (x: Tensor): Tensor => transpose(x, -2, -1);

/** (A - M) X */
const times = (A: Tensor, M: Tensor | null, X: Tensor): Tensor =>
  M === null ? matmul(A, X) : sub(matmul(A, X), matmul(M, X));

/** Q [*, m, q] with orthonormal columns, so that Q Qᵀ A is near A: algorithm 4.4. */
function approximateBasis(A: Tensor, q: number, niter: number, M: Tensor | null): Tensor {
  const R = randn([A.shape[A.ndim - 1], q], { dtype: A.dtype, device: A.device });
  let { Q } = linalgQr(times(A, M, R));
  for (let i = 0; i < niter; i++) {
    Q = linalgQr(times(mT(A), M && mT(M), Q)).Q;
    Q = linalgQr(times(A, M, Q)).Q;
  }
  return Q;
}

/** Keyword arguments of `svdLowrank`. */
export interface SvdLowrankOptions {
  /** A little more than the rank of A; default 6. */
  q?: number | null;
  /** Iterations that sharpen the projection; default 2. */
  niter?: number | null;
  /** What is subtracted from A, [*, 1, n] or [*, m, n]. */
  M?: Tensor | null;
}

/**
 * A - M ≈ U diag(S) Vᵀ of matrices [*, m, n] of rank at most `q`, or near one of that rank: U [*, m, q], S [*, q], V [*, n, q]. Draws
 * random numbers, those that PyTorch draws. Decompositions are computed on the host.
 *
 * @example
 * const [U, S, V] = torch.svdLowrank(A, { q: 8 });
 */
export function svdLowrank(
  A: Tensor,
  q?: number | null | SvdLowrankOptions,
  niter?: number | null | SvdLowrankOptions,
  M?: Tensor | null,
): Results<"U" | "S" | "V"> {
  const given = keywords<SvdLowrankOptions>(["q", "niter", "M"], [q, niter, M]);
  return projected(A, given.q ?? 6, given.niter ?? 2, given.M ? expand(given.M, A.shape) : null);
}

/** Algorithm 5.1, of the transpose where that keeps matrices small. */
function projected(A: Tensor, q: number, niter: number, M: Tensor | null): Results<"U" | "S" | "V"> {
  requireMatrices("svd_lowrank", A);
  const [rows, columns] = A.shape.slice(-2);
  if (!Number.isInteger(q) || q < 0 || q > Math.min(rows, columns))
    throw new ValueError(
      `q(=${q}) must be non-negative integer and not greater than min(m, n)=${Math.min(rows, columns)}`,
    );
  if (!Number.isInteger(niter) || niter < 0) throw new ValueError(`niter(=${niter}) must be non-negative integer`);
  if (rows < columns || columns > q) {
    const Q = approximateBasis(mT(A), q, niter, M && mT(M));
    const { U, S, Vh } = linalgSvd(times(A, M, Q), false);
    return namedResults(["U", "S", "V"], [U, S, matmul(Q, mT(Vh))]);
  }
  const Q = approximateBasis(A, q, niter, M);
  const { U, S, Vh } = linalgSvd(mT(times(mT(A), M && mT(M), Q)), false);
  return namedResults(["U", "S", "V"], [matmul(Q, U), S, mT(Vh)]);
}

/** Keyword arguments of `pcaLowrank`. */
export interface PcaLowrankOptions {
  /** A little more than the rank of A; default min(6, m, n). */
  q?: number | null;
  /** Whether the means of the columns are subtracted first; default true. */
  center?: boolean;
  /** Iterations that sharpen the projection; default 2. */
  niter?: number;
}

/**
 * Principal components of samples [*, m, n], one a row: `svdLowrank` of what is left when the columns' means are subtracted. The
 * columns of V are the directions, S² / (m - 1) the variances along them.
 *
 * @throws ValueError for a `q` beyond min(m, n).
 * @example
 * const { V } = torch.pcaLowrank(samples, 2);
 * samples.matmul(V); // in two dimensions
 */
export function pcaLowrank(
  A: Tensor,
  q?: number | null | PcaLowrankOptions,
  center?: boolean | PcaLowrankOptions,
  niter?: number | PcaLowrankOptions,
): Results<"U" | "S" | "V"> {
  const given = keywords<PcaLowrankOptions>(["q", "center", "niter"], [q, center, niter]);
  const columns = given.q ?? Math.min(6, ...A.shape.slice(-2));
  requireMatrices("pca_lowrank", A);
  const x = (given.center ?? true) ? sub(A, mean(A, -2, true)) : A;
  return projected(x, columns, given.niter ?? 2, null);
}
