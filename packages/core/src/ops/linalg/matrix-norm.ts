/** Norms of matrices, and what is measured with them. */
import { type DType, isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import { toNumber } from "../../runtime/scalar.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { newZeros } from "../creation/fill.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { clampMin } from "../elementwise/clamp.ts";
import { eq, gt } from "../elementwise/comparison.ts";
import { div } from "../elementwise/division.ts";
import { maximum } from "../elementwise/extremum.ts";
import { abs } from "../elementwise/sign.ts";
import { where } from "../elementwise/where.ts";
import { amax, amin } from "../reduction/extreme.ts";
import { keywords } from "../reduction/keywords.ts";
import { type NormOptions, vectorNorm } from "../reduction/norm.ts";
import { sum } from "../reduction/sum.ts";
import { detach, toDtype } from "../shape/convert.ts";
import { normalizeDims } from "../shape/dims.ts";
import { unsqueeze } from "../shape/reshape.ts";
import { requireMatrices, requireSquare } from "./batches.ts";
import { eigvalsh } from "./eigen.ts";
import { invEx } from "./inverse.ts";
import { keepMatrixDims, nuclearNorm, singularValuesOver, svdvals } from "./svd.ts";
import { type ToleranceOptions, toleranceOptions, tolerances } from "./tolerance.ts";

/** "fro" (√Σ x²), "nuc" (sum of singular values), ±1 (columns), ±2 (singular values), ±Infinity (rows). */
export type MatrixNorm = "fro" | "nuc" | 1 | -1 | 2 | -2 | number;

/** Keyword arguments of `linalg.matrixNorm`. */
export interface MatrixNormOptions {
  ord?: MatrixNorm;
  /** The dimensions of the matrices; default the last two. */
  dim?: readonly [number, number];
  keepdim?: boolean;
  /** Values are converted to it first. */
  dtype?: DType | null;
}

/**
 * `torch.linalg.matrixNorm`: norms of matrices [*, m, n] → [*]. Orders "nuc", 2 and -2 need singular values, which the
 * host computes.
 *
 * @param ord default "fro": the root of the sum of squares.
 * @throws ValueError for another order; ShapeError for fewer than two dimensions.
 * @example
 * torch.linalg.matrixNorm(torch.tensor([[3, 0], [0, 4]])) // tensor(5.)
 */
export function matrixNorm(
  A: Tensor,
  ord?: MatrixNorm | MatrixNormOptions,
  dim?: readonly [number, number] | MatrixNormOptions,
  keepdim?: boolean | MatrixNormOptions,
  options?: MatrixNormOptions,
): Tensor {
  const given = keywords<MatrixNormOptions>(["ord", "dim", "keepdim", "dtype"], [ord, dim, keepdim, options]);
  const order = given.ord ?? "fro";
  const keep = given.keepdim ?? false;
  const dims = given.dim ?? [-2, -1];
  if (!isFloat(A.dtype))
    throw new DTypeError(
      `linalg.matrix_norm: Expected a floating point or complex tensor as input. Got ${pytorchName(A.dtype)}`,
    );
  if (A.ndim < 2) throw new ShapeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.");
  if (dims.length !== 2) throw new ShapeError(`linalg.matrix_norm: dim must be a 2-tuple. Got ${dims.join(" ")}`);
  const [rows, columns] = dims.map((d) => normalizeDims([d], A.ndim)[0]);
  if (rows === columns) throw new ShapeError(`linalg.matrix_norm: dims must be different. Got (${dims.join(", ")})`);
  const x = given.dtype ? toDtype(A, given.dtype) : A;
  if (order === "fro") return vectorNorm(x, 2, [rows, columns], keep);
  if (order === "nuc") return nuclearNorm(x, [rows, columns], keep);
  if (order === 2 || order === -2) {
    const s = singularValuesOver(x, [rows, columns]);
    const value = order === 2 ? amax(s, -1) : amin(s, -1);
    return keep ? keepMatrixDims(value, [rows, columns]) : value;
  }
  const size = Math.abs(order as number);
  if (typeof order !== "number" || (size !== 1 && size !== Number.POSITIVE_INFINITY))
    throw new ValueError(`linalg.matrix_norm: Order ${order} not supported.`);
  const [summed, compared] = size === 1 ? [rows, columns] : [columns, rows];
  const sums = sum(abs(x), summed, keep);
  const place = !keep && compared > summed ? compared - 1 : compared;
  return order > 0 ? amax(sums, place, keep) : amin(sums, place, keep);
}

/**
 * `torch.linalg.norm`: of the order `ord` of vectors (one `dim`) or matrices (two); without `ord` the root of the sum of
 * all squares.
 */
export function linalgNorm(
  A: Tensor,
  ord?: MatrixNorm | NormOptions | MatrixNormOptions | null,
  dim?: number | readonly number[] | null,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor {
  const given = keywords<{
    ord?: MatrixNorm | null;
    dim?: number | readonly number[] | null;
    keepdim?: boolean;
    dtype?: DType | null;
  }>(["ord", "dim", "keepdim", "dtype"], [ord, dim, keepdim, options]);
  const dims = given.dim === undefined || given.dim === null ? null : [given.dim].flat();
  const rest = { keepdim: given.keepdim ?? false, dtype: given.dtype ?? null };
  const order = given.ord ?? null;
  if (order === null) return vectorNorm(A, { dim: dims, ...rest });
  if (dims === null && A.ndim !== 1 && A.ndim !== 2)
    throw new ShapeError(
      `linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${A.ndim}D.`,
    );
  if (dims === null ? A.ndim === 2 : dims.length === 2) {
    const [a, b] = dims ?? [0, 1];
    return matrixNorm(A, { ord: order, dim: [a, b], ...rest });
  }
  if (typeof order === "string") throw new ValueError(`linalg.norm: Order ${order} needs two dimensions.`);
  return vectorNorm(A, { ord: toNumber(order), dim: dims, ...rest });
}

/**
 * `torch.linalg.cond`: condition numbers of matrices: for `p` null or ±2 the quotient of the extreme singular values, for
 * other norms ‖A‖ ‖A⁻¹‖. Infinite for singular matrices.
 */
export function cond(A: Tensor, p: MatrixNorm | null | { readonly p?: MatrixNorm | null } = null): Tensor {
  const given = keywords<{ p?: MatrixNorm | null }>(["p"], [p]).p ?? null;
  requireMatrices("linalg.cond", A);
  if (given === null || given === 2 || given === -2) {
    const s = svdvals(A);
    if (s.numel() === 0) return newZeros(A, A.shape.slice(0, -2));
    return given === -2 ? div(amin(s, -1), amax(s, -1)) : div(amax(s, -1), amin(s, -1));
  }
  requireSquare(`linalg.cond(ord=${given})`, A);
  if (A.numel() === 0) return newZeros(A, A.shape.slice(0, -2));
  const { inverse, info } = invEx(A);
  const regular = eq(info, 0);
  // Singular values are not to be had of NaN.
  const finite = where(unsqueeze(unsqueeze(regular, -1), -1), inverse, 0);
  return where(regular, mul(matrixNorm(A, given), matrixNorm(finite, given)), Number.POSITIVE_INFINITY);
}

/**
 * `torch.linalg.matrixRank`: how many singular values, or absolute eigenvalues of a `hermitian` A, exceed `atol` and `rtol` times
 * the largest.
 *
 * @param tol `atol`, without another limit, or the options.
 */
export function matrixRank(A: Tensor, tol: ToleranceOptions | number | Tensor = {}, hermitian?: boolean): Tensor {
  const options = toleranceOptions(tol, "atol", hermitian);
  if (!options.hermitian) requireMatrices("linalg.matrix_rank", A);
  const s = options.hermitian ? abs(eigvalsh(detach(A))) : svdvals(detach(A));
  if (s.shape[s.ndim - 1] === 0) return newZeros(A, A.shape.slice(0, -2), { dtype: "int64" });
  const each = (limit: number | Tensor) => (typeof limit === "number" ? limit : unsqueeze(limit, -1));
  const [atol, rtol] = tolerances(A, options).map(each);
  const scaled = mul(amax(s, -1, true), rtol);
  return sum(gt(s, typeof atol === "number" ? clampMin(scaled, atol) : maximum(scaled, atol)), -1);
}
