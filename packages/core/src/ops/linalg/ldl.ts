/** LDL decompositions of symmetric matrices, on the host. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, LinAlgError, ShapeError } from "../../errors.ts";
import { type HostTensor, hostOperation } from "../../tensor/host.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { toDtype } from "../shape/convert.ts";
import { expand } from "../shape/expand.ts";
import { asInfo, eachMatrix, failing, refuseGradients, requireMatrices, requireSquare } from "./batches.ts";
import { type CheckOptions, overBatch } from "./cholesky.ts";
import { ldl, solveLdl } from "./host/ldl.ts";

const factorOp = hostOperation<{ name: string; check: boolean }>(
  "linalg_ldl_factor_ex",
  ([a], { name, check }) => {
    const square = a.shape.slice(-2);
    return eachMatrix([a], [square, square.slice(1), []], ([x], batch) => {
      const { ld, pivots, singular } = ldl(x);
      if (singular > 0 && check)
        throw new LinAlgError(
          `${failing(name, a, batch)}: The diagonal element ${singular} of D is zero: the input matrix is singular.`,
        );
      return [ld.data, pivots, [singular]];
    });
  },
  { operands: 1 },
);

/** Options of LDL decompositions. */
export interface LdlOptions {
  /** Of complex matrices; real ones are both, and so it changes nothing. */
  readonly hermitian?: boolean;
}

function factored(name: string, A: Tensor, check: boolean): [LD: Tensor, pivots: Tensor, info: Tensor] {
  requireSquare(`torch.linalg.${name}`, A);
  refuseGradients("linalg_ldl_factor_ex", A);
  const [LD, pivots, info] = factorOp([A], { name: `torch.linalg.${name}`, check });
  return [LD, toDtype(pivots, "int32"), asInfo(info)];
}

/**
 * `torch.linalg.ldlFactor`: A = L D Lᵀ of symmetric matrices [*, n, n], of which the lower triangle is read, up to exchanges of
 * rows and columns: L and D in one matrix, and LAPACK's pivots, int32 [*, n]. Computed on the host.
 *
 * @throws LinAlgError for a singular matrix; AutogradError where A requires grad: as in PyTorch, there is no derivative.
 * @example
 * const { LD, pivots } = torch.linalg.ldlFactor(A);
 * const X = torch.linalg.ldlSolve(LD, pivots, B);
 */
export function ldlFactor(A: Tensor, _options: LdlOptions = {}): Results<"LD" | "pivots"> {
  requireNames(_options, ["hermitian"]);
  const [LD, pivots] = factored("ldl_factor", A, true);
  return namedResults(["LD", "pivots"], [LD, pivots], "linalg_ldl_factor");
}

/**
 * `torch.linalg.ldlFactorEx`: as `torch.linalg.ldlFactor`, and `info`, int32 [*]: 0, or which element of D is zero, from 1.
 *
 * @throws ValueError only with `checkErrors`.
 */
export function ldlFactorEx(A: Tensor, options: LdlOptions & CheckOptions = {}): Results<"LD" | "pivots" | "info"> {
  requireNames(options, ["hermitian", "checkErrors"]);
  const results = factored("ldl_factor_ex", A, options.checkErrors ?? false);
  return namedResults(["LD", "pivots", "info"], results, "linalg_ldl_factor_ex");
}

const solveOp = hostOperation(
  "linalg_ldl_solve",
  ([ld, pivots, b]) => {
    const rows = { data: pivots.data, shape: [...pivots.shape.slice(0, -1), 1, pivots.shape[pivots.shape.length - 1]] };
    const operands: HostTensor[] = [b, ld, rows];
    return eachMatrix(operands, [b.shape.slice(-2)], ([y, x, { data }]) => [solveLdl(x, data, y)]);
  },
  { operands: 3 },
);

/**
 * `torch.linalg.ldlSolve`: X with A X = B for B [*, n, k], of what `ldlFactor` gives for A. Computed on the host.
 *
 * @throws ShapeError where sizes do not fit; AutogradError where LD or B requires grad.
 */
export function ldlSolve(LD: Tensor, pivots: Tensor, B: Tensor, _options: LdlOptions = {}): Tensor {
  requireNames(_options, ["hermitian"]);
  requireSquare("torch.linalg.ldl_solve", LD, "LD");
  requireMatrices("torch.linalg.ldl_solve", B, "B");
  refuseGradients("linalg_ldl_solve", LD, B);
  const n = LD.shape[LD.ndim - 1];
  if (!pivots.dtype.startsWith("int"))
    throw new DTypeError(`torch.linalg.ldl_solve: Expected pivots to be integers. Got ${pytorchName(pivots.dtype)}`);
  if (LD.dtype !== B.dtype)
    throw new DTypeError(
      `torch.linalg.ldl_solve: LD dtype ${pytorchName(LD.dtype)} does not match B dtype ${pytorchName(B.dtype)}`,
    );
  if (pivots.ndim !== LD.ndim - 1 || pivots.shape.some((size, d) => size !== LD.shape[d]))
    throw new ShapeError(
      `torch.linalg.ldl_solve: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape [${pivots.shape.join(", ")}] instead`,
    );
  if (B.shape[B.ndim - 2] !== n)
    throw new ShapeError(
      `torch.linalg.ldl_solve: Incompatible shapes of A and B for the equation AX = B (${n}x${n} and ${B.shape.slice(-2).join("x")})`,
    );
  const [ld, b] = overBatch(LD, B);
  // float32 holds every pivot.
  const rows = expand(toDtype(pivots, LD.dtype), [...ld.shape.slice(0, -2), n]);
  return solveOp([ld, rows, b], {})[0];
}
