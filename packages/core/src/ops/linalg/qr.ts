/** QR decompositions, on the host. */
import { AutogradError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { isGradEnabled } from "../../runtime/mode.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { zeros } from "../creation/fill.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { arrives, chain, eachMatrix, mT, requireMatrices, total, triangle } from "./batches.ts";
import { triangularInverse } from "./host/lu.ts";
import { type Matrix, matrix } from "./host/matrix.ts";
import { householder } from "./host/qr.ts";

/** "reduced" (default): Q [m, k], R [k, n] with k = min(m, n); "complete": Q [m, m], R [m, n]; "r": R only. */
export type QrMode = "reduced" | "complete" | "r";

/** The first k rows and columns. */
function leading({ columns, data }: Matrix, k: number): Matrix {
  const out = matrix(k, k);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) out.data[i * k + j] = data[i * columns + j];
  return out;
}

const qrOp = hostOperation<{ complete: boolean }>(
  "linalg_qr",
  ([a], { complete }, recorded) => {
    const [rows, columns] = a.shape.slice(-2);
    const k = Math.min(rows, columns);
    const width = complete ? rows : k;
    const shapes = [
      [rows, width],
      [width, columns],
    ];
    return eachMatrix([a], recorded ? [...shapes, [k, k]] : shapes, ([x]) => {
      const { q, r } = householder(x, width);
      return recorded ? [q.data, r.data, triangularInverse(leading(r, k), true).data] : [q.data, r.data];
    });
  },
  {
    operands: 1,
    visible: 2,
    gradName: "LinalgQrBackward0",
    derivative: ({ input, output, grad }) => {
      const [q, r, p] = [output(0), output(1), output(2)];
      const last = q.rank - 1;
      const [k, n] = r.shape.slice(-2);
      const fromInverse = arrives(grad(2)) ? m.neg(chain(mT(p), grad(2), mT(p))) : null;
      const toQ = arrives(grad(0)) ? grad(0) : null;
      const toR = arrives(grad(1)) ? grad(1) : null;
      if (n <= k) return [gradient(q, r, p, toQ, total(p, toR, fromInverse))];
      // [A₁ A₂] = Q [R₁ R₂] with R₂ = Qᵀ A₂: R₂ is a function of Q and A₂.
      const first = (x: Term): Term => m.slice(x, last, 0, k);
      const rest = (x: Term): Term => m.slice(x, last, k, n - k);
      const g = toR ?? m.zerosLike(r);
      const viaQ = m.add(toQ ?? m.zerosLike(q), chain(rest(input(0)), mT(rest(g))));
      return [m.cat([gradient(q, first(r), p, viaQ, total(p, first(g), fromInverse)), chain(q, rest(g))], last)];
    },
  },
);

/**
 * Ā = (Q̄ + Q syminv(M)) R⁻ᵀ with M = R R̄ᵀ − Q̄ᵀ Q, whose lower triangle is mirrored (Walter and Lehmann 2012, Algorithmic
 * differentiation of linear algebra functions).
 */
function gradient(q: Term, r: Term, inverse: Term, toQ: Term | null, toR: Term): Term {
  const fromR = chain(r, mT(triangle(toR, "upper")));
  const difference = toQ === null ? fromR : m.sub(fromR, chain(mT(toQ), q));
  const mirrored = m.add(triangle(difference, "lower"), mT(triangle(difference, "lower", -1)));
  const inner = chain(q, mirrored);
  return chain(toQ === null ? inner : m.add(toQ, inner), mT(inverse));
}

/**
 * `torch.linalg.qr`: A = Q R with orthonormal columns of Q and upper triangular R, of matrices [*, m, n]; computed on the
 * host.
 *
 * @throws ValueError for another mode; AutogradError where A requires grad and `mode` has no derivative: "r", and
 * "complete" with more rows than columns.
 * @example
 * const { Q, R } = torch.linalg.qr(A);
 */
export function linalgQr(A: Tensor, mode: QrMode | { readonly mode?: QrMode } = "reduced"): Results<"Q" | "R"> {
  const given = keywords<{ mode?: QrMode }>(["mode"], [mode]).mode ?? "reduced";
  requireMatrices("linalg.qr", A);
  if (!["reduced", "complete", "r"].includes(given))
    throw new ValueError(
      `qr received unrecognized mode '${given}' but expected one of 'reduced' (default), 'r', or 'complete'`,
    );
  if (isGradEnabled() && A.requiresGrad) {
    if (given === "r")
      throw new AutogradError(
        "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to require gradients through it.",
      );
    if (given === "complete" && A.shape[A.ndim - 2] > A.shape[A.ndim - 1])
      throw new AutogradError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols");
  }
  const [q, r] = qrOp([A], { complete: given === "complete" });
  return namedResults(
    ["Q", "R"],
    [given === "r" ? zeros([0], { dtype: A.dtype, device: A.device }) : q, r],
    "linalg_qr",
  );
}

/** `torch.qr`: as `torch.linalg.qr` in the modes "reduced" (`some`, default true) and "complete". */
export function qr(input: Tensor, some: boolean | { readonly some?: boolean } = true): Results<"Q" | "R"> {
  const given = keywords<{ some?: boolean }>(["some"], [some]).some ?? true;
  return namedResults(["Q", "R"], [...linalgQr(input, given ? "reduced" : "complete")], "qr");
}
