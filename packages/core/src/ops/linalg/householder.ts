/** QR decompositions as reflections, and the orthogonal matrices that these make. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { eye } from "../creation/matrix.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { expand } from "../shape/expand.ts";
import { transpose } from "../shape/permute.ts";
import { unsqueeze } from "../shape/reshape.ts";
import { narrow } from "../shape/slice.ts";
import { tril, triu } from "../shape/triangle.ts";
import { eachMatrix, refuseGradients, requireMatrices } from "./batches.ts";
import { solveTriangular } from "./cholesky.ts";
import { reflected } from "./host/qr.ts";
import { matmul } from "./matmul.ts";

const geqrfOp = hostOperation(
  "geqrf",
  ([a]) => {
    const [rows, columns] = a.shape.slice(-2);
    return eachMatrix([a], [[rows, columns], [Math.min(rows, columns)]], ([x]) => {
      const { work, reflections } = reflected(x);
      const { v, tau } = reflections;
      // Below the diagonal, the vectors but for their first elements.
      for (let i = 0; i < rows; i++)
        for (let k = 0; k < tau.length && k < i; k++) work.data[i * columns + k] = v[k * rows + i];
      return [work.data, tau];
    });
  },
  { operands: 1 },
);

/**
 * The QR decomposition of matrices [*, m, n] as reflections: `a` [*, m, n] has R on and above its diagonal, below it the vectors
 * v (whose first elements are 1) of the reflections I - tau v vᵀ; `tau` is [*, min(m, n)]. `torch.linalg.householderProduct` makes
 * Q of them. Computed on the host.
 *
 * @throws AutogradError where `input` requires grad: as in PyTorch, there is no derivative; `torch.linalg.qr` has one.
 */
export function geqrf(input: Tensor): Results<"a" | "tau"> {
  requireMatrices("geqrf", input, "input");
  refuseGradients("geqrf", input);
  return namedResults(["a", "tau"], geqrfOp([input], {}), "geqrf");
}

/** @throws ShapeError or DTypeError unless `tau` [*, k] belongs to reflections in `input` [*, m, n], m ≥ n ≥ k. */
function requireReflections(name: string, input: Tensor, tau: Tensor, other?: Tensor): void {
  const [rows, columns] = input.shape.slice(-2);
  const count = tau.shape[tau.ndim - 1];
  if (input.ndim < 2) throw new ShapeError(`${name}: input must have at least 2 dimensions.`);
  if (other !== undefined && other.ndim < 2) throw new ShapeError(`${name}: other must have at least 2 dimensions.`);
  if (other === undefined && rows < columns)
    throw new ShapeError(`${name}: input.shape[-2] must be greater than or equal to input.shape[-1]`);
  if (other === undefined && columns < count)
    throw new ShapeError(`${name}: input.shape[-1] must be greater than or equal to tau.shape[-1]`);
  if (tau.ndim !== input.ndim - 1)
    throw new ShapeError(
      `${name}: Expected tau to have one dimension less than input, but got tau.ndim equal to ${tau.ndim} and input.ndim is equal to ${input.ndim}`,
    );
  const batch = input.shape.slice(0, -2);
  if (batch.some((size, d) => size !== tau.shape[d]))
    throw new ShapeError(
      `${name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got [${tau.shape.slice(0, -1).join(", ")}]`,
    );
  for (const [what, tensor] of Object.entries({ tau, ...(other && { other }) }))
    if (tensor.dtype !== input.dtype)
      throw new DTypeError(
        `${name}: tensor ${what} with dtype ${pytorchName(tensor.dtype)} does not match input of dtype ${pytorchName(input.dtype)}`,
      );
}

/**
 * Q X, or Qᵀ X, for Q = H₁ … Hₖ with Hᵢ = I - tauᵢ vᵢ vᵢᵀ: by Q = I - V T Vᵀ with T = (I + D S)⁻¹ D, where D = diag(tau) and S is
 * the part of Vᵀ V above the diagonal (Schreiber and Van Loan 1989, A storage-efficient WY representation).
 */
function reflectedBy(input: Tensor, tau: Tensor, x: Tensor, transposed: boolean): Tensor {
  const k = tau.shape[tau.ndim - 1];
  const rows = input.shape[input.ndim - 2];
  const ones = eye(rows, k, { dtype: input.dtype, device: input.device });
  const V = add(tril(narrow(input, -1, 0, k), -1), ones);
  const VT = transpose(V, -2, -1);
  const D = unsqueeze(tau, -1);
  const factor = mul(D, triu(matmul(VT, V), 1));
  const projected = matmul(VT, x);
  const inner = transposed
    ? mul(D, solveTriangular(transpose(factor, -2, -1), projected, { upper: false, unitriangular: true }))
    : solveTriangular(factor, mul(D, projected), { upper: true, unitriangular: true });
  return sub(x, matmul(V, inner));
}

/**
 * `torch.linalg.householderProduct`: the first n columns [*, m, n] of the product of the reflections I - tauᵢ vᵢ vᵢᵀ, whose
 * vectors stand below the diagonal of `A` [*, m, n], m ≥ n; `tau` is [*, k], k ≤ n. The Q of what `torch.geqrf` gives.
 *
 * @throws ShapeError where sizes do not fit.
 * @example
 * const { a, tau } = torch.geqrf(A);
 * const Q = torch.linalg.householderProduct(a, tau);
 */
export function householderProduct(A: Tensor, tau: Tensor): Tensor {
  const name = "torch.linalg.householder_product";
  requireReflections(name, A, tau);
  requireMatrices("linalg.householder_product", A);
  const identity = eye(...(A.shape.slice(-2) as [number, number]), { dtype: A.dtype, device: A.device });
  return reflectedBy(A, tau, A.ndim === 2 ? identity : expand(identity, A.shape), false);
}

/** Keyword arguments of `ormqr`. */
export interface OrmqrOptions {
  /** Whether Q stands on the left (default) of `other`. */
  left?: boolean;
  /** Whether it is Qᵀ; default false. */
  transpose?: boolean;
}

/**
 * Q times `other` for the square matrix Q [*, m, m] of the reflections that `input` [*, m, k] and `tau` hold, without making Q:
 * of other [*, m, n], or with `left: false` of [*, n, m], which stands left of Q.
 *
 * @throws ShapeError where sizes do not fit.
 * @example
 * const { a, tau } = torch.geqrf(A);
 * torch.ormqr(a, tau, B, { transpose: true }) // Qᵀ B
 */
export function ormqr(
  input: Tensor,
  tau: Tensor,
  other: Tensor,
  left?: boolean | OrmqrOptions,
  transposed?: boolean | OrmqrOptions,
): Tensor {
  const given = keywords<OrmqrOptions>(["left", "transpose"], [left, transposed]);
  const { left: first = true, transpose: turned = false } = given;
  requireReflections("torch.ormqr", input, tau, other);
  requireMatrices("ormqr", input, "input");
  const side = first ? -2 : -1;
  const rows = input.shape[input.ndim - 2];
  if (other.shape[other.ndim + side] !== rows)
    throw new ShapeError(`torch.ormqr: other.shape[${side}] must be equal to input.shape[-2]`);
  if (first) return reflectedBy(input, tau, other, turned);
  return transpose(reflectedBy(input, tau, transpose(other, -2, -1), !turned), -2, -1);
}
