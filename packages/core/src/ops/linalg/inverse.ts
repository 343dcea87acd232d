/** Inverses, solutions and determinants, by LU factorisation on the host. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, LinAlgError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { type HostTensor, hostOperation } from "../../tensor/host.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { lt } from "../elementwise/comparison.ts";
import { where } from "../elementwise/where.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { transpose } from "../shape/permute.ts";
import { squeeze, unsqueeze } from "../shape/reshape.ts";
import { arrives, asInfo, asMatrices, chain, eachMatrix, failing, mT, requireSquare, total } from "./batches.ts";
import { type CheckOptions, overBatch } from "./cholesky.ts";
import { factorize, inverse, type LU, solveWith, type Workspace, workspace } from "./host/lu.ts";
import { type Matrix, matrix } from "./host/matrix.ts";
import { singularValues } from "./host/singular.ts";

/** The gradient of A⁻¹ = P with respect to A is −Pᵀ G Pᵀ (Giles 2008, An extended collection of matrix derivative results). */
function inverseGradient(p: Term, g: Term): Term | null {
  return arrives(g) ? m.neg(chain(mT(p), g, mT(p))) : null;
}

const square = ({ shape }: HostTensor): number[] => shape.slice(-2);

const spaceOf = ({ shape }: HostTensor): Workspace => workspace(shape[shape.length - 2], shape[shape.length - 1]);

const copyOf = ({ rows, columns, data }: Matrix): Matrix => matrix(rows, columns, data.slice());

interface Named extends Record<string, unknown> {
  /** How errors name the operation. */
  readonly name: string;
  /** Whether a singular matrix is an error. */
  readonly check: boolean;
}

const inverseOp = hostOperation<Named>(
  "linalg_inv_ex",
  ([a], { name, check }) => {
    const space = spaceOf(a);
    const [n] = square(a);
    const out = new Float64Array(n * n);
    return eachMatrix([a], [square(a), []], ([x], batch) => {
      const lu = factorize(x, space);
      if (lu.singular > 0 && check)
        throw new LinAlgError(
          `${failing(name, a, batch)}: The diagonal element ${lu.singular} is zero, the inversion could not be completed because the input matrix is singular.`,
        );
      return [inverseOrNan(lu, out), [lu.singular]];
    });
  },
  {
    operands: 1,
    gradName: "LinalgInvExBackward0",
    derivative: ({ output, grad }) => [inverseGradient(output(0), grad(0))],
  },
);

/**
 * `torch.linalg.inv`: inverses of square matrices [*, n, n], computed on the host.
 *
 * @throws LinAlgError for a singular matrix, ShapeError for matrices that are not square.
 * @example
 * torch.linalg.inv(torch.tensor([[2, 0], [0, 4]])) // tensor([[0.5000, 0.0000], [0.0000, 0.2500]])
 */
export function inv(A: Tensor): Tensor {
  return inverseNamed(A, "linalg.inv");
}

/** Inverses for an operation that errors name. */
export function inverseNamed(A: Tensor, name: string): Tensor {
  requireSquare(name, A);
  return inverseOp([A], { name, check: true })[0];
}

/**
 * `torch.linalg.invEx`: as `torch.linalg.inv`, and `info`, int32 [*]: 0, or which element of the diagonal of U is zero, from 1,
 * where the inverse is NaN.
 *
 * @throws as `torch.linalg.inv`; ValueError only with `checkErrors`.
 */
export function invEx(A: Tensor, options: CheckOptions = {}): Results<"inverse" | "info"> {
  requireNames(options, ["checkErrors"]);
  requireSquare("linalg.inv_ex", A);
  const [inverse, info] = inverseOp([A], { name: "linalg.inv_ex", check: options.checkErrors ?? false });
  return namedResults(["inverse", "info"], [inverse, asInfo(info)], "linalg_inv_ex");
}

const solveOp = hostOperation<Named>(
  "linalg_solve_ex",
  ([a, b], { name, check }, recorded) => {
    const space = spaceOf(a);
    const [n, width] = square(b);
    const solution = new Float64Array(n * width);
    return eachMatrix([a, b], recorded ? [square(b), [], square(a)] : [square(b), []], ([x, y], batch) => {
      const lu = factorize(x, space);
      if (lu.singular > 0 && check)
        throw new LinAlgError(
          `${failing(`torch.${name}`, a, batch)}: The solver failed because the input matrix is singular.`,
        );
      const result = lu.singular > 0 ? solution.fill(Number.NaN) : solveWith(lu, y, solution);
      return recorded ? [result, [lu.singular], inverseOrNan(lu)] : [result, [lu.singular]];
    });
  },
  {
    operands: 2,
    visible: 2,
    gradName: "LinalgSolveExBackward0",
    // Of A X = B: B̄ = A⁻ᵀ X̄ and Ā = −B̄ Xᵀ (Giles 2008).
    derivative: ({ output, grad }) => {
      const [x, p] = [output(0), output(2)];
      const toB = chain(mT(p), grad(0));
      return [total(p, m.neg(chain(toB, mT(x))), inverseGradient(p, grad(2))), toB];
    },
  },
);

/**
 * `torch.linalg.solve`: X with A X = B, of square matrices A [*, n, n] and B [*, n, k] or [*, n]; computed on the host.
 *
 * @param left whether A stands on the left (default), or X A = B is solved.
 * @throws LinAlgError for a singular A, ShapeError where sizes do not fit.
 * @example
 * torch.linalg.solve(torch.tensor([[2, 0], [0, 4]]), torch.tensor([2, 2])) // tensor([1.0000, 0.5000])
 */
export function solve(A: Tensor, B: Tensor, options: { readonly left?: boolean } = {}): Tensor {
  requireNames(options, ["left"]);
  const { left = true } = options;
  return solved(A, B, left, { name: "linalg.solve", check: true })[0];
}

/**
 * `torch.linalg.solveEx`: as `torch.linalg.solve`, and `info`, int32 [*]: 0, or which element of the diagonal of U is zero, from
 * 1, where the result is NaN.
 *
 * @throws as `torch.linalg.solve`; ValueError only with `checkErrors`.
 */
export function solveEx(
  A: Tensor,
  B: Tensor,
  options: CheckOptions & { readonly left?: boolean } = {},
): Results<"result" | "info"> {
  requireNames(options, ["left", "checkErrors"]);
  const { left = true, checkErrors: check = false } = options;
  const [result, info] = solved(A, B, left, { name: "linalg.solve_ex", check });
  return namedResults(["result", "info"], [result, asInfo(info)], "linalg_solve_ex");
}

function solved(A: Tensor, B: Tensor, left: boolean, how: Named): Tensor[] {
  requireSquare("linalg.solve", A);
  if (A.dtype !== B.dtype)
    throw new DTypeError(
      `linalg.solve: Expected A and B to have the same dtype, but found A of type ${pytorchName(A.dtype)} and B of type ${pytorchName(B.dtype)} instead`,
    );
  const isVector = B.ndim === 1 || (A.ndim - 1 === B.ndim && B.shape.every((size, d) => size === A.shape[d]));
  if (isVector && !left)
    throw new ShapeError("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False.");
  if (isVector) {
    const [x, info] = solved(A, unsqueeze(B, -1), true, how);
    return [squeeze(x, -1), info];
  }
  if (!left) {
    const [x, info] = solved(transpose(A, -2, -1), transpose(B, -2, -1), true, how);
    return [transpose(x, -2, -1), info];
  }
  const [n, rows] = [A.shape[A.ndim - 1], B.shape[B.ndim - 2]];
  if (n !== rows)
    throw new ShapeError(
      `linalg.solve: Incompatible shapes of A and B for the equation AX = B (${A.shape[A.ndim - 2]}x${n} and ${rows}x${B.shape[B.ndim - 1]})`,
    );
  return solveOp(overBatch(A, B), how);
}

function determinant({ lu, sign }: LU): number {
  let product = sign;
  for (let i = 0; i < lu.rows; i++) product *= lu.data[i * lu.rows + i];
  return product;
}

/** The gradient of the determinant, det(A) A⁻ᵀ; where A is singular, from its singular values. */
function cofactors(x: Matrix, lu: LU, det: number): Float64Array {
  const n = x.rows;
  const out = new Float64Array(n * n);
  if (lu.singular === 0) {
    const p = inverse(lu);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * n + j] = det * p[j * n + i];
    return out;
  }
  // det(U) det(V) · U diag(∏ of the other singular values) Vᵀ
  const { ut, s, vh } = singularValues(x);
  const sign = Math.sign(determinant(factorize(copyOf(ut))) * determinant(factorize(copyOf(vh))));
  for (let k = 0; k < n; k++) {
    let others = sign;
    for (let l = 0; l < n; l++) if (l !== k) others *= s[l];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) out[i * n + j] += others * ut.data[k * n + i] * vh.data[k * n + j];
  }
  return out;
}

const inverseOrNan = (lu: LU, out = new Float64Array(lu.lu.data.length)): Float64Array =>
  lu.singular === 0 ? inverse(lu, out) : out.fill(Number.NaN);

const detOp = hostOperation(
  "linalg_det",
  ([a], _, recorded) => {
    const space = spaceOf(a);
    return eachMatrix([a], recorded ? [[], square(a), square(a)] : [[]], ([x]) => {
      const given = recorded ? copyOf(x) : x;
      const lu = factorize(x, space);
      const det = determinant(lu);
      return recorded ? [[det], cofactors(given, lu, det), inverseOrNan(lu)] : [[det]];
    });
  },
  {
    operands: 1,
    visible: 1,
    gradName: "LinalgDetBackward0",
    // Jacobi's formula, and for the second derivative that of C = det(A) Pᵀ: ⟨Ḡ, Pᵀ⟩ C − C Ḡᵀ Pᵀ.
    derivative: ({ output, grad }) => {
      const [cofactor, p] = [output(1), output(2)];
      const first = arrives(grad(0)) ? m.mul(asMatrices(grad(0)), cofactor) : null;
      const last = [cofactor.rank - 2, cofactor.rank - 1];
      const second = arrives(grad(1))
        ? m.sub(m.mul(m.sum(m.mul(grad(1), mT(p)), last, true), cofactor), chain(cofactor, mT(grad(1)), mT(p)))
        : null;
      return [total(p, first, second, inverseGradient(p, grad(2)))];
    },
  },
);

/** `torch.linalg.det`: determinants of square matrices [*, n, n] → [*], computed on the host. */
export function det(A: Tensor): Tensor {
  requireSquare("linalg.det", A);
  return detOp([A], {})[0];
}

const slogdetOp = hostOperation(
  "linalg_slogdet",
  ([a], _, recorded) => {
    const space = spaceOf(a);
    return eachMatrix([a], recorded ? [[], [], square(a)] : [[], []], ([x]) => {
      const lu = factorize(x, space);
      let { sign } = lu;
      let log = 0;
      for (let i = 0; i < x.rows; i++) {
        const pivot = lu.lu.data[i * x.rows + i];
        sign *= Math.sign(pivot);
        log += Math.log(Math.abs(pivot));
      }
      return recorded ? [[sign], [log], inverseOrNan(lu)] : [[sign], [log]];
    });
  },
  {
    operands: 1,
    visible: 2,
    gradName: "LinalgSlogdetBackward0",
    // d log|det A| = tr(A⁻¹ dA); the sign is constant.
    derivative: ({ output, grad }) => {
      const p = output(2);
      const first = arrives(grad(1)) ? m.mul(asMatrices(grad(1)), mT(p)) : null;
      return [total(p, first, inverseGradient(p, grad(2)))];
    },
  },
);

/**
 * `torch.linalg.slogdet`: sign and log |det| of square matrices [*, n, n], where the determinant itself would overflow.
 * Of a singular matrix 0 and -inf. Computed on the host.
 */
export function slogdet(A: Tensor): Results<"sign" | "logabsdet"> {
  requireSquare("linalg.slogdet", A);
  return namedResults(["sign", "logabsdet"], slogdetOp([A], {}), "linalg_slogdet");
}

/** log det of square matrices [*, n, n]; NaN where the determinant is negative, -inf where it is 0. */
export function logdet(A: Tensor): Tensor {
  const { sign, logabsdet } = slogdet(A);
  return where(lt(sign, 0), Number.NaN, logabsdet);
}
