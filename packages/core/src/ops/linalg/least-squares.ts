import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { newZeros } from "../creation/fill.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { sum } from "../reduction/sum.ts";
import { detach, toDtype } from "../shape/convert.ts";
import { squeeze, unsqueeze } from "../shape/reshape.ts";
import { requireMatrices } from "./batches.ts";
import { overBatch } from "./cholesky.ts";
import { matmul } from "./matmul.ts";
import { inverseAndRank } from "./pseudo-inverse.ts";
import { svdvals } from "./svd.ts";

/** Keyword arguments of `linalg.lstsq`. */
export interface LstsqOptions {
  /** Singular values up to `rcond` times the largest count as 0; default max(m, n) times the dtype's spacing at 1. */
  readonly rcond?: number | null;
  /**
   * LAPACK's name of what PyTorch would call, which says what there is besides the solution: default "gelsy", `rank`; "gels", which
   * takes A for a matrix of full rank, `residuals`; "gelsd" and "gelss" all.
   */
  readonly driver?: "gels" | "gelsy" | "gelsd" | "gelss" | null;
}

/**
 * `torch.linalg.lstsq`: X [*, n, k] that minimises ‖A X − B‖, of A [*, m, n] and B [*, m, k], or [*, m] for X [*, n]; the shortest
 * of several. By the pseudo-inverse, which the host computes, whatever the driver.
 *
 * @returns `solution`; `residuals` [*, k], the sums of squares, where m > n and all ranks are n; `rank` [*]; `singularValues`
 * [*, min(m, n)]. What a driver does not give is empty. Of these, the solution alone has a gradient.
 * @throws ShapeError where sizes do not fit.
 * @example
 * const { solution } = torch.linalg.lstsq(A, B);
 */
export function lstsq(
  A: Tensor,
  B: Tensor,
  rcond: number | null | LstsqOptions = {},
  options: LstsqOptions = {},
): Results<"solution" | "residuals" | "rank" | "singularValues"> {
  const given = keywords<LstsqOptions>(["rcond", "driver"], rcond === null ? [options] : [rcond, options]);
  const name = "torch.linalg.lstsq";
  if (A.ndim < 2) throw new ShapeError(`${name}: input must have at least 2 dimensions.`);
  if (B.ndim < 1) throw new ShapeError(`${name}: other must have at least 1 dimension.`);
  requireMatrices(name, A);
  if (A.dtype !== B.dtype)
    throw new DTypeError(
      `${name}: Expected input and other to have the same dtype, but got input's dtype ${pytorchName(A.dtype)} and other's dtype ${pytorchName(B.dtype)}`,
    );
  if (A.ndim < B.ndim || A.ndim > B.ndim + 1)
    throw new ShapeError(
      `${name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1`,
    );
  const vectors = B.ndim < A.ndim;
  const [rows, columns] = A.shape.slice(-2);
  const place = vectors ? -1 : -2;
  if (B.shape.at(place) !== rows || (vectors && B.shape.some((size, d) => size !== A.shape[d])))
    throw new ShapeError(`${name}: input.size(-2) should match other.size(${place})`);
  const driver = given.driver ?? "gelsy";
  if (!["gels", "gelsy", "gelsd", "gelss"].includes(driver))
    throw new ValueError(`${name}: parameter \`driver\` should be one of (gels, gelsy, gelsd, gelss)`);
  const [a, b] = overBatch(A, vectors ? unsqueeze(B, -1) : B);
  const cut = typeof given.rcond === "number" ? { rtol: given.rcond } : {};
  const [inverse, ranks] = inverseAndRank(a, cut);
  const solution = matmul(inverse, b);
  const empty = newZeros(detach(b), [0]);
  const rank = driver === "gels" ? newZeros(b, [0], { dtype: "int64" }) : toDtype(detach(ranks), "int64");
  let residuals = empty;
  if (rows > columns && driver !== "gelsy" && (rank.dataSync() as BigInt64Array).every((r) => Number(r) === columns)) {
    const error = detach(sub(matmul(a, solution), b));
    residuals = sum(mul(error, error), -2);
  }
  const values = driver === "gelsd" || driver === "gelss" ? svdvals(detach(a)) : empty;
  return namedResults(
    ["solution", "residuals", "rank", "singularValues"],
    [vectors ? squeeze(solution, -1) : solution, residuals, rank, values],
    "linalg_lstsq",
  );
}
