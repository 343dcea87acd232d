/** Cholesky factors and triangular systems, on the host. */
import { LinAlgError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { hostOperation } from "../../tensor/host.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { expand } from "../shape/expand.ts";
import { transpose } from "../shape/permute.ts";
import {
  arrives,
  asInfo,
  chain,
  eachMatrix,
  failing,
  mT,
  requireMatrices,
  requireSquare,
  total,
  triangle,
} from "./batches.ts";
import { choleskyFactor } from "./host/cholesky.ts";
import { eliminate, triangularInverse } from "./host/lu.ts";

const choleskyOp = hostOperation<{ name: string; upper: boolean; check: boolean }>(
  "linalg_cholesky_ex",
  ([a], { name, upper, check }, recorded) => {
    const square = a.shape.slice(-2);
    return eachMatrix([a], recorded ? [square, [], square] : [square, []], ([x], batch) => {
      const info = choleskyFactor(x, upper);
      if (info > 0 && check)
        throw new LinAlgError(
          `${failing(name, a, batch)}: The factorization could not be completed because the input is not positive-definite (the leading minor of order ${info} is not positive-definite).`,
        );
      if (info > 0) x.data.fill(Number.NaN);
      if (!recorded) return [x.data, [info]];
      return [x.data, [info], info > 0 ? x.data.slice() : triangularInverse(x, upper).data];
    });
  },
  {
    operands: 1,
    visible: 2,
    gradName: "LinalgCholeskyExBackward0",
    // Ā = ½ L⁻ᵀ (Φ + Φᵀ) L⁻¹ with Φ the lower triangle of Lᵀ L̄, its diagonal halved (Murray 2016, Differentiation of the
    // Cholesky decomposition).
    derivative: ({ output, grad, attributes: { upper } }) => {
      const lower = upper ? mT : <T>(x: T): T => x;
      const [l, p] = [lower(output(0)), lower(output(2))];
      const fromInverse = arrives(grad(2)) ? m.neg(chain(mT(p), lower(grad(2)), mT(p))) : null;
      const toL = triangle(total(l, arrives(grad(0)) ? lower(grad(0)) : null, fromInverse), "lower");
      const phi = triangle(chain(mT(l), toL), "lower");
      const symmetric = m.add(phi, mT(triangle(phi, "lower", -1)));
      return [m.mul(chain(mT(p), symmetric, p), 0.5)];
    },
  },
);

/**
 * `torch.linalg.cholesky`: lower triangular L with L Lᵀ = A, of symmetric positive-definite matrices [*, n, n];
 * `upper` asks for Lᵀ. Reads one triangle. Computed on the host.
 *
 * @throws LinAlgError for a matrix that is not positive-definite, ShapeError for one that is not square.
 * @example
 * torch.linalg.cholesky(torch.tensor([[4, 2], [2, 2]])) // tensor([[2., 0.], [1., 1.]])
 */
export function linalgCholesky(A: Tensor, options: { readonly upper?: boolean } = {}): Tensor {
  requireNames(options, ["upper"]);
  requireSquare("linalg.cholesky", A);
  return choleskyOp([A], { name: "linalg.cholesky", upper: options.upper ?? false, check: true })[0];
}

/** Options of the functions that say what failed instead of throwing. */
export interface CheckOptions {
  /** Whether a failure throws after all; default false. */
  readonly checkErrors?: boolean;
}

/**
 * `torch.linalg.choleskyEx`: as `torch.linalg.cholesky`, and `info`, int32 [*]: 0, or the order of the first leading minor that
 * is not positive, where L is NaN.
 *
 * @throws as `torch.linalg.cholesky`; ValueError only with `checkErrors`.
 * @example const { L, info } = torch.linalg.choleskyEx(A);
 */
export function choleskyEx(
  A: Tensor,
  options: CheckOptions & { readonly upper?: boolean } = {},
): Results<"L" | "info"> {
  requireNames(options, ["upper", "checkErrors"]);
  const { upper = false, checkErrors: check = false } = options;
  requireSquare("linalg.cholesky_ex", A);
  const [L, info] = choleskyOp([A], { name: "linalg.cholesky_ex", upper, check });
  return namedResults(["L", "info"], [L, asInfo(info)], "linalg_cholesky_ex");
}

/** `torch.cholesky`: as `torch.linalg.cholesky`, with `upper` in its place. */
export function cholesky(input: Tensor, upper: boolean | { readonly upper?: boolean } = false): Tensor {
  requireSquare("cholesky", input);
  const given = keywords<{ upper?: boolean }>(["upper"], [upper]);
  return choleskyOp([input], { name: "cholesky", upper: given.upper ?? false, check: true })[0];
}

interface Triangular extends Record<string, unknown> {
  readonly upper: boolean;
  readonly unitriangular: boolean;
}

const triangularOp = hostOperation<Triangular>(
  "linalg_solve_triangular",
  ([a, b], { upper, unitriangular }, recorded) =>
    eachMatrix([a, b], recorded ? [b.shape.slice(-2), a.shape.slice(-2)] : [b.shape.slice(-2)], ([t, y]) => {
      eliminate(t, y.data, y.columns, { upper, unit: unitriangular });
      return recorded ? [y.data, triangularInverse(t, upper, unitriangular).data] : [y.data];
    }),
  {
    operands: 2,
    visible: 1,
    gradName: "LinalgSolveTriangularBackward0",
    // As of a full system; only the triangle that was read has a gradient.
    derivative: ({ output, grad, attributes: { upper, unitriangular } }) => {
      const [x, p] = [output(0), output(1)];
      const toB = chain(mT(p), grad(0));
      const fromInverse = arrives(grad(1)) ? m.neg(chain(mT(p), grad(1), mT(p))) : null;
      const side = upper ? "upper" : "lower";
      const toA = total(p, m.neg(chain(toB, mT(x))), fromInverse);
      return [triangle(toA, side, unitriangular ? (upper ? 1 : -1) : 0), toB];
    },
  },
);

/** Keyword arguments of `linalg.solveTriangular`. */
export interface SolveTriangularOptions {
  /** Which triangle of A counts. */
  readonly upper: boolean;
  /** Whether A stands on the left (default), or X A = B is solved. */
  readonly left?: boolean;
  /** Take the diagonal of A as 1; default false. */
  readonly unitriangular?: boolean;
}

/**
 * `torch.linalg.solveTriangular`: X with A X = B for a triangular A [*, n, n] and B [*, n, k]; computed on the host.
 * A zero on the diagonal gives infinities, as in PyTorch.
 *
 * @throws ShapeError where sizes do not fit.
 */
export function solveTriangular(A: Tensor, B: Tensor, options: SolveTriangularOptions): Tensor {
  requireNames(options, ["upper", "left", "unitriangular"]);
  const { upper, left = true, unitriangular = false } = options;
  requireSquare("linalg.solve_triangular", A);
  requireMatrices("linalg.solve_triangular", B, "B");
  if (!left) {
    const x = solveTriangular(transpose(A, -2, -1), transpose(B, -2, -1), { upper: !upper, unitriangular });
    return transpose(x, -2, -1);
  }
  const [n, rows] = [A.shape[A.ndim - 1], B.shape[B.ndim - 2]];
  if (n !== rows)
    throw new ShapeError(
      `linalg.solve_triangular: Incompatible shapes of A and B for the equation AX = B (${n}x${n} and ${rows}x${B.shape[B.ndim - 1]})`,
    );
  return triangularOp(overBatch(A, B), { upper, unitriangular })[0];
}

/** Two batches of matrices, expanded to one batch shape. */
export function overBatch(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const batch = m.broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const over = (x: Tensor): Tensor =>
    batch.length === x.ndim - 2 && batch.every((size, d) => size === x.shape[d])
      ? x
      : expand(x, [...batch, ...x.shape.slice(-2)]);
  return [over(a), over(b)];
}

/**
 * `torch.triangularSolve`: X with A X = b for a triangular A [*, n, n], of which one triangle counts, and b [*, n, k]; and A
 * again. `torch.linalg.solveTriangular` replaces it.
 *
 * @param upper default true.
 * @param transpose whether to solve with Aᵀ; default false.
 * @param unitriangular takes the diagonal of A as 1; default false.
 */
export function triangularSolve(
  b: Tensor,
  A: Tensor,
  upper?: boolean | TriangularOptions,
  transposing?: boolean | TriangularOptions,
  unitriangular?: boolean | TriangularOptions,
): Results<"solution" | "clonedCoefficient"> {
  const names = ["upper", "transpose", "unitriangular"] as const;
  const given = keywords<TriangularOptions>(names, [upper, transposing, unitriangular]);
  const { upper: above = true, unitriangular: unit = false } = given;
  const [matrix, isUpper] = given.transpose ? [transpose(A, -2, -1), !above] : [A, above];
  const solution = solveTriangular(matrix, b, { upper: isUpper, unitriangular: unit });
  return namedResults(["solution", "clonedCoefficient"], [solution, A.clone()], "triangular_solve");
}

/** Keyword arguments of `triangularSolve`. */
export interface TriangularOptions {
  upper?: boolean;
  transpose?: boolean;
  unitriangular?: boolean;
}
