/** LU decompositions with partial pivoting, on the host; solutions with them are composed of triangular ones. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, LinAlgError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { hostOperation } from "../../tensor/host.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { eye } from "../creation/matrix.ts";
import { add } from "../elementwise/arithmetic.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { toDtype } from "../shape/convert.ts";
import { transpose } from "../shape/permute.ts";
import { narrow } from "../shape/slice.ts";
import { tril, triu } from "../shape/triangle.ts";
import {
  arrives,
  asInfo,
  chain,
  eachMatrix,
  failing,
  identityLike,
  mT,
  requireMatrices,
  requireSquare,
  total,
  triangle,
} from "./batches.ts";
import { type CheckOptions, solveTriangular } from "./cholesky.ts";
import { eliminated, triangularInverse, workspace } from "./host/lu.ts";
import { type Matrix, matrix } from "./host/matrix.ts";
import { matmul } from "./matmul.ts";

function leading({ columns, data }: Matrix, k: number): Matrix {
  const out = matrix(k, k);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) out.data[i * k + j] = data[i * columns + j];
  return out;
}

/**
 * LU [*, m, n]; pivots [*, k], counted from 1 and k = min(m, n); the first zero on U's diagonal, from 1, or 0; for the derivative the permutation Pᵀ [*, m, m] and the
 * inverses of the leading triangles.
 */
const luOp = hostOperation<{ name: string; check: boolean }>(
  "linalg_lu_factor_ex",
  ([a], { name, check }, recorded) => {
    const [rows, columns] = a.shape.slice(-2);
    const k = Math.min(rows, columns);
    const shapes = [[rows, columns], [k], []];
    const saved = [
      [rows, rows],
      [k, k],
      [k, k],
    ];
    const space = workspace(rows, columns);
    const { pivots } = space;
    return eachMatrix([a], recorded ? [...shapes, ...saved] : shapes, ([x], batch) => {
      const singular = eliminated(x, space);
      if (singular > 0 && check)
        throw new LinAlgError(
          `${failing(name, a, batch)}: U[${singular},${singular}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`,
        );
      if (!recorded) return [x.data, pivots, [singular]];
      const square = leading(x, k);
      return [
        x.data,
        pivots,
        [singular],
        permutation(pivots, rows).data,
        triangularInverse(square, false, true).data,
        triangularInverse(square, true).data,
      ];
    });
  },
  {
    operands: 1,
    visible: 3,
    gradName: "LinalgLuFactorExBackward0",
    derivative: ({ output, grad }) => {
      const [lu, p, lowerInverse, upperInverse] = [output(0), output(3), output(4), output(5)];
      const inverses: readonly [Term, Term, Term | null, Term | null] = [
        lowerInverse,
        upperInverse,
        arrives(grad(4)) ? m.neg(chain(mT(lowerInverse), grad(4), mT(lowerInverse))) : null,
        arrives(grad(5)) ? m.neg(chain(mT(upperInverse), grad(5), mT(upperInverse))) : null,
      ];
      return [chain(p, gradient(lu, arrives(grad(0)) ? grad(0) : m.zerosLike(lu), inverses))];
    },
  },
);

/**
 * The gradient of Pᵀ A = L U. With F = L₁⁻¹ dA₁ U₁⁻¹ of the leading square, L₁⁻¹ dL₁ is its strictly lower and dU₁ U₁⁻¹ its
 * upper part; what is beyond the square follows from L₁ and U₁.
 */
function gradient(
  lu: Term,
  g: Term,
  [lowerInverse, upperInverse, toLower, toUpper]: readonly [Term, Term, Term | null, Term | null],
): Term {
  const last = lu.rank - 1;
  const [rows, columns] = lu.shape.slice(-2);
  const k = Math.min(rows, columns);
  const part = (x: Term, dim: number, start: number, size: number): Term => m.slice(x, dim, start, size);
  const square = (x: Term): Term => part(part(x, last - 1, 0, k), last, 0, k);
  const lower = m.add(triangle(square(lu), "lower", -1), identityLike(square(lu)));
  const upper = triangle(square(lu), "upper");
  const gLower = total(square(g), square(g), toLower);
  const gUpper = total(square(g), square(g), toUpper);
  let strict = chain(mT(lower), triangle(gLower, "lower", -1));
  let above = chain(triangle(gUpper, "upper"), mT(upper));
  const right = columns > k ? part(g, last, k, columns - k) : null;
  const below = rows > k ? part(g, last - 1, k, rows - k) : null;
  if (right !== null) strict = m.sub(strict, chain(right, mT(part(lu, last, k, columns - k))));
  if (below !== null) above = m.sub(above, chain(mT(part(lu, last - 1, k, rows - k)), below));
  const inner = m.add(triangle(strict, "lower", -1), triangle(above, "upper"));
  const first = chain(mT(lowerInverse), inner, mT(upperInverse));
  if (right !== null) return m.cat([first, chain(mT(lowerInverse), right)], last);
  return below === null ? first : m.cat([first, chain(below, mT(upperInverse))], last - 1);
}

/** P [m, m] of A = P L U, from the exchanges of rows. */
function permutation(pivots: ArrayLike<number>, rows: number): Matrix {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  for (let i = 0; i < pivots.length; i++) {
    const other = pivots[i] - 1;
    [order[i], order[other]] = [order[other], order[i]];
  }
  const out = matrix(rows, rows);
  for (const [i, row] of order.entries()) out.data[row * rows + i] = 1;
  return out;
}

const permutationOp = hostOperation<{ rows: number }>(
  "lu_unpack",
  ([pivots], { rows }) => {
    const vectors = {
      data: pivots.data,
      shape: [...pivots.shape.slice(0, -1), 1, pivots.shape[pivots.shape.length - 1]],
    };
    return eachMatrix([vectors], [[rows, rows]], ([{ data }]) => [permutation(data, rows).data]);
  },
  { operands: 1 },
);

/** P of a dtype that matrices may have; float32 holds every pivot. */
const permutationOf = (pivots: Tensor, rows: number, { dtype }: Tensor): Tensor =>
  toDtype(permutationOp([toDtype(pivots, "float32")], { rows })[0], dtype);

/** Options of LU decompositions. */
export interface LuOptions {
  /** Whether rows are exchanged; default true, and not to be had otherwise. */
  readonly pivot?: boolean;
}

function requirePivot(name: string, pivot: boolean | LuOptions): void {
  if (!(keywords<{ pivot?: boolean }>(["pivot"], [pivot]).pivot ?? true))
    throw new ValueError(`${name}: LU without pivoting is not implemented on the CPU`);
}

function factored(name: string, A: Tensor, check: boolean): [LU: Tensor, pivots: Tensor, info: Tensor] {
  requireMatrices(`linalg.${name}`, A);
  const [lu, pivots, info] = luOp([A], { name: `torch.linalg.${name}`, check });
  return [lu, toDtype(pivots.detach(), "int32"), asInfo(info)];
}

/**
 * `torch.linalg.luFactor`: L and U of A = P L U in one matrix [*, m, n] (L's diagonal of ones is left out), and the row that
 * each row was exchanged with, int32 [*, min(m, n)], counted from 1. Computed on the host.
 *
 * @throws ValueError for a zero on U's diagonal, and for `pivot: false`.
 * @example const { LU, pivots } = torch.linalg.luFactor(A);
 */
export function luFactor(A: Tensor, pivot: boolean | LuOptions = true): Results<"LU" | "pivots"> {
  requirePivot("linalg.lu_factor", pivot);
  const [LU, pivots] = factored("lu_factor", A, true);
  return namedResults(["LU", "pivots"], [LU, pivots], "linalg_lu_factor");
}

/**
 * `torch.linalg.luFactorEx`: as `torch.linalg.luFactor`, and `info`, int32 [*]: 0, or which element of the diagonal of U is
 * zero, from 1.
 *
 * @throws ValueError for `pivot: false`, and with `checkErrors` for a zero on U's diagonal.
 */
export function luFactorEx(A: Tensor, options: LuOptions & CheckOptions = {}): Results<"LU" | "pivots" | "info"> {
  requireNames(options, ["pivot", "checkErrors"]);
  requirePivot("linalg.lu_factor_ex", { pivot: options.pivot ?? true });
  const results = factored("lu_factor_ex", A, options.checkErrors ?? false);
  return namedResults(["LU", "pivots", "info"], results, "linalg_lu_factor_ex");
}

/** Keyword arguments of `lu`. */
export interface LuInfoOptions extends LuOptions {
  /** Whether to give `info` too, as `torch.linalg.luFactorEx` does; default false. */
  readonly getInfos?: boolean;
}

/** `torch.lu`: as `torch.linalg.luFactor`, also where there is a zero on U's diagonal. */
export function lu(
  A: Tensor,
  pivot: boolean | LuInfoOptions = true,
  getInfos?: boolean | LuInfoOptions,
): Results<"LU" | "pivots"> & { readonly info?: Tensor } {
  const given = keywords<LuInfoOptions>(["pivot", "getInfos"], [pivot, getInfos]);
  requirePivot("linalg.lu_factor", given.pivot ?? true);
  const results = factored("lu_factor", A, false);
  if (given.getInfos) return namedResults(["LU", "pivots", "info"], results, "_lu_with_info");
  return namedResults(["LU", "pivots"], results.slice(0, 2));
}

/** @throws DTypeError or ShapeError unless these are pivots of `k` rows. */
function requirePivots(name: string, pivots: Tensor, k: number): void {
  if (pivots.dtype !== "int32")
    throw new DTypeError(`${name}: pivots must be a tensor of int32, but are ${pytorchName(pivots.dtype)}`);
  if (pivots.shape[pivots.ndim - 1] !== k)
    throw new ShapeError(`${name}: there must be ${k} pivots for each matrix, but got [${pivots.shape.join(", ")}]`);
}

/**
 * P [*, m, m], L [*, m, k] and U [*, k, n] of what `luFactor` gives, k = min(m, n).
 *
 * @throws ShapeError where sizes do not fit.
 */
export function luUnpack(LU: Tensor, pivots: Tensor): Results<"P" | "L" | "U"> {
  const [rows, columns] = LU.shape.slice(-2);
  const k = Math.min(rows, columns);
  if (LU.ndim < 2) throw new ShapeError("lu_unpack: LU must have at least 2 dimensions");
  requirePivots("lu_unpack", pivots, k);
  const P = permutationOf(pivots, rows, LU);
  const ones = eye(rows, k, { dtype: LU.dtype, device: LU.device });
  const L = add(tril(narrow(LU, -1, 0, k), -1), ones);
  return namedResults(["P", "L", "U"], [P, L, triu(narrow(LU, -2, 0, k))], "lu_unpack");
}

/**
 * `torch.linalg.lu`: A = P L U with a permutation P [*, m, m], a lower triangular L [*, m, k] with ones on its diagonal and an
 * upper triangular U [*, k, n], k = min(m, n). Computed on the host.
 *
 * @throws ValueError for `pivot: false`.
 * @example const { P, L, U } = torch.linalg.lu(A);
 */
export function linalgLu(A: Tensor, pivot: boolean | LuOptions = true): Results<"P" | "L" | "U"> {
  requirePivot("linalg.lu", pivot);
  const [LU, pivots] = factored("lu", A, false);
  const { P, L, U } = luUnpack(LU, pivots);
  return namedResults(["P", "L", "U"], [P, L, U], "linalg_lu");
}

/** Keyword arguments of `linalg.luSolve`. */
export interface LuSolveOptions {
  /** Whether A stands on the left (default), or X A = B is solved. */
  readonly left?: boolean;
  /** Solve with Aᵀ instead; default false. */
  readonly adjoint?: boolean;
}

/**
 * `torch.linalg.luSolve`: X with A X = B, of what `luFactor` gives for A [*, n, n], and B [*, n, k].
 *
 * @throws ShapeError where sizes do not fit.
 */
export function linalgLuSolve(LU: Tensor, pivots: Tensor, B: Tensor, options: LuSolveOptions = {}): Tensor {
  requireNames(options, ["left", "adjoint"]);
  const { left = true, adjoint = false } = options;
  requireSquare("torch.linalg.lu_solve", LU, "LU");
  if (!left) {
    const X = linalgLuSolve(LU, pivots, transpose(B, -2, -1), { adjoint: !adjoint });
    return transpose(X, -2, -1);
  }
  requireMatrices("torch.linalg.lu_solve", B, "B");
  const n = LU.shape[LU.ndim - 1];
  if (B.shape[B.ndim - 2] !== n)
    throw new ShapeError(
      `torch.linalg.lu_solve: Incompatible shapes of A and B for the equation AX = B (${n}x${n} and ${B.shape[B.ndim - 2]}x${B.shape[B.ndim - 1]})`,
    );
  requirePivots("linalg.lu_solve", pivots, n);
  const P = permutationOf(pivots, n, LU);
  const [lower, upper] = [{ upper: false, unitriangular: true }, { upper: true }];
  if (!adjoint) return solveTriangular(LU, solveTriangular(LU, matmul(transpose(P, -2, -1), B), lower), upper);
  const T = transpose(LU, -2, -1);
  return matmul(P, solveTriangular(T, solveTriangular(T, B, { upper: false }), { upper: true, unitriangular: true }));
}

/** `torch.luSolve`: X with A X = b, of what `lu` gives for A. */
export function luSolve(b: Tensor, LU: Tensor, pivots: Tensor): Tensor {
  return linalgLuSolve(LU, pivots, b);
}
