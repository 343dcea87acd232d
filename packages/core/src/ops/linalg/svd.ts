/** Singular values, on the host, and what follows from them. */
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { sum } from "../reduction/sum.ts";
import { detach } from "../shape/convert.ts";
import { cat } from "../shape/join.ts";
import { movedim, transpose } from "../shape/permute.ts";
import { unsqueeze } from "../shape/reshape.ts";
import {
  arrives,
  chain,
  diagonalMatrix,
  eachMatrix,
  identityLike,
  mT,
  requireFinite,
  requireMatrices,
} from "./batches.ts";
import { transposed } from "./host/matrix.ts";
import { complement } from "./host/qr.ts";
import { singularValues } from "./host/singular.ts";

/**
 * Ā of A = U diag(S) Vᵀ (Townsend 2016, Differentiating the singular value decomposition). Gradients of U and V are
 * infinite where singular values coincide.
 */
function gradient(u: Term, s: Term, vh: Term, toU: Term | null, toS: Term | null, toVh: Term | null): Term {
  const v = mT(vh);
  if (toU === null && toVh === null) return chain(m.mul(u, m.unsqueeze(toS ?? m.zerosLike(s), s.rank - 1)), vh);
  const asRows = m.unsqueeze(s, s.rank - 1);
  const asColumns = m.unsqueeze(s, s.rank);
  const isDiagonal = m.eq(identityLike(m.mul(asRows, asColumns)), 1);
  const gaps = m.where(isDiagonal, 1, m.mul(m.sub(asRows, asColumns), m.add(asRows, asColumns)));
  const turn = (vectors: Term, g: Term): Term => {
    const inner = chain(mT(vectors), g);
    return m.where(isDiagonal, 0, m.div(m.sub(inner, mT(inner)), gaps));
  };
  let core = diagonalMatrix(toS ?? m.zerosLike(s));
  if (toU !== null) core = m.add(core, m.mul(turn(u, toU), asRows));
  if (toVh !== null) core = m.add(core, m.mul(asColumns, turn(v, mT(toVh))));
  let out = chain(u, core, vh);
  const [rows, columns, k] = [u.shape[u.rank - 2], v.shape[v.rank - 2], s.shape[s.rank - 1]];
  // What lies outside of the spans of U and V.
  if (toU !== null && rows > k) {
    const outside = m.sub(toU, chain(u, mT(u), toU));
    out = m.add(out, chain(m.div(outside, asRows), vh));
  }
  if (toVh !== null && columns > k) {
    const outside = m.sub(toVh, chain(toVh, v, vh));
    out = m.add(out, chain(m.div(u, asRows), outside));
  }
  return out;
}

const svdOp = hostOperation<{ name: string; valuesOnly: boolean }>(
  "linalg_svd",
  ([a], { name, valuesOnly }, recorded) => {
    const [rows, columns] = a.shape.slice(-2);
    const k = Math.min(rows, columns);
    const wanted = recorded || !valuesOnly;
    const vectors = wanted ? [rows, columns] : [0, 0];
    return eachMatrix([a], [[vectors[0], k], [k], [k, vectors[1]]], ([x], batch) => {
      requireFinite(name, a, batch, x);
      const { ut, s, vh } = singularValues(x, wanted);
      return [transposed(ut).data, s, vh.data];
    });
  },
  {
    operands: 1,
    gradName: "LinalgSvdBackward0",
    derivative: ({ output, grad }) => {
      const [toU, toS, toVh] = [grad(0), grad(1), grad(2)].map((g) => (arrives(g) ? g : null));
      return [gradient(output(0), output(1), output(2), toU, toS, toVh)];
    },
  },
);

/** Orthonormal columns [*, m, k] → [*, m, m - k], which complete them. */
const complementOp = hostOperation(
  "orthogonal_complement",
  ([q]) => {
    const [rows, known] = q.shape.slice(-2);
    return eachMatrix([q], [[rows, rows - known]], ([x]) => [complement(x).data]);
  },
  { operands: 1 },
);

/** A square matrix whose first columns are those of `q`; the others have no gradient. */
function completed(q: Tensor): Tensor {
  if (q.shape[q.ndim - 2] === q.shape[q.ndim - 1]) return q;
  return cat([q, complementOp([detach(q)], {})[0]], -1);
}

/**
 * `torch.linalg.svd`: A = U diag(S) Vh for matrices [*, m, n], with k = min(m, n) descending singular values S [*, k]. U and
 * Vh are square (`fullMatrices`, the default), or [*, m, k] and [*, k, n]. Singular vectors are determined up to their sign.
 * Computed on the host.
 *
 * @throws ValueError for values that are not finite.
 * @example
 * const { U, S, Vh } = torch.linalg.svd(A, { fullMatrices: false });
 */
export function linalgSvd(
  A: Tensor,
  fullMatrices: boolean | { readonly fullMatrices?: boolean } = true,
): Results<"U" | "S" | "Vh"> {
  const full = keywords<{ fullMatrices?: boolean }>(["fullMatrices"], [fullMatrices]).fullMatrices ?? true;
  requireMatrices("linalg.svd", A);
  const [u, s, vh] = svdOp([A], { name: "linalg.svd", valuesOnly: false });
  const rows = full ? transpose(completed(transpose(vh, -2, -1)), -2, -1) : vh;
  return namedResults(["U", "S", "Vh"], [full ? completed(u) : u, s, rows], "linalg_svd");
}

/** `torch.svd`: A = U diag(S) Vᵀ; `some` (default true) asks for k columns of U and V. */
export function svd(input: Tensor, some: boolean | { readonly some?: boolean } = true): Results<"U" | "S" | "V"> {
  const given = keywords<{ some?: boolean }>(["some"], [some]).some ?? true;
  const { U, S, Vh } = linalgSvd(input, !given);
  return namedResults(["U", "S", "V"], [U, S, transpose(Vh, -2, -1)], "svd");
}

/**
 * `torch.linalg.svdvals`: descending singular values of matrices [*, m, n] → [*, min(m, n)].
 *
 * @example
 * torch.linalg.svdvals(torch.tensor([[3, 0], [0, 4]])) // tensor([4., 3.])
 */
export function svdvals(A: Tensor): Tensor {
  requireMatrices("linalg.svdvals", A);
  return svdOp([A], { name: "linalg.svdvals", valuesOnly: true })[1];
}

/** Singular values of the matrices that two dimensions of `x` hold. */
export function singularValuesOver(x: Tensor, [rows, columns]: readonly [number, number]): Tensor {
  return svdvals(movedim(x, [rows, columns], [-2, -1]));
}

/** A value of each matrix, [*], with the dimensions of the matrices put back, of size 1. */
export function keepMatrixDims(value: Tensor, [rows, columns]: readonly [number, number]): Tensor {
  return unsqueeze(unsqueeze(value, Math.min(rows, columns)), Math.max(rows, columns));
}

/** The sums of singular values of the matrices that two dimensions (not negative) of `x` hold. */
export function nuclearNorm(x: Tensor, dims: readonly [number, number], keepdim: boolean): Tensor {
  const value = sum(singularValuesOver(x, dims), -1);
  return keepdim ? keepMatrixDims(value, dims) : value;
}
