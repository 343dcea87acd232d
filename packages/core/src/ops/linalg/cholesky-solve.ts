/** Systems whose Cholesky factor is known, on the host. */
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { arrives, chain, eachMatrix, mT, requireMatrices, requireSquare, total } from "./batches.ts";
import { overBatch } from "./cholesky.ts";
import { eliminate, triangularInverse } from "./host/lu.ts";
import { type Matrix, matrix, transposed } from "./host/matrix.ts";

const symmetric = (x: Term): Term => m.add(x, mT(x));

/** The gradient of L, as PyTorch has it: of A = L Lᵀ as if all of L had been read, given that of A⁻¹ = `p`. */
function toFactor(l: Term, toA: Term, upper: boolean): Term {
  return m.neg(upper ? chain(l, toA) : chain(toA, l));
}

/** A⁻¹ = L⁻ᵀ L⁻¹. */
function inverseOf(factor: Matrix, upper: boolean): Matrix {
  const n = factor.rows;
  const half = triangularInverse(upper ? transposed(factor) : factor, false).data;
  const out = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += half[k * n + i] * half[k * n + j];
      out.data[i * n + j] = sum;
      out.data[j * n + i] = sum;
    }
  return out;
}

const solveOp = hostOperation<{ upper: boolean }>(
  "cholesky_solve",
  ([b, l], { upper }, recorded) =>
    eachMatrix([b, l], recorded ? [b.shape.slice(-2), l.shape.slice(-2)] : [b.shape.slice(-2)], ([y, factor]) => {
      const x = y.data.slice();
      const lower = upper ? transposed(factor) : factor;
      eliminate(lower, x, y.columns, { upper: false, unit: false });
      eliminate(transposed(lower), x, y.columns, { upper: true, unit: false });
      return recorded ? [x, inverseOf(factor, upper).data] : [x];
    }),
  {
    operands: 2,
    visible: 1,
    gradName: "CholeskySolveBackward0",
    derivative: ({ input, output, grad, attributes: { upper } }) => {
      const p = output(1);
      const toB = arrives(grad(0)) ? chain(p, grad(0)) : null;
      const fromX = toB === null ? null : symmetric(chain(toB, mT(output(0))));
      const fromP = arrives(grad(1)) ? chain(p, symmetric(grad(1)), p) : null;
      return [toB ?? m.zerosLike(input(0)), toFactor(input(1), total(p, fromX, fromP), upper)];
    },
  },
);

const inverseOp = hostOperation<{ upper: boolean }>(
  "cholesky_inverse",
  ([l], { upper }) => eachMatrix([l], [l.shape.slice(-2)], ([factor]) => [inverseOf(factor, upper).data]),
  {
    operands: 1,
    gradName: "CholeskyInverseBackward0",
    derivative: ({ input, output, grad, attributes: { upper } }) => [
      toFactor(input(0), chain(output(0), symmetric(grad(0)), output(0)), upper),
    ],
  },
);

type Upper = boolean | { readonly upper?: boolean };

const isUpper = (upper: Upper): boolean => keywords<{ upper?: boolean }>(["upper"], [upper]).upper ?? false;

/**
 * `torch.choleskySolve`: X with A X = B for B [*, n, k], given the Cholesky factor `L` of A (`upper`: its transpose), of which
 * one triangle is read. Its gradient is that of a whole matrix, as in PyTorch. Computed on the host.
 *
 * @throws ShapeError where sizes do not fit.
 */
export function choleskySolve(B: Tensor, L: Tensor, upper: Upper = false): Tensor {
  requireMatrices("cholesky_solve", B, "B");
  requireSquare("cholesky_solve", L);
  const [n, rows] = [L.shape[L.ndim - 1], B.shape[B.ndim - 2]];
  if (n !== rows)
    throw new ShapeError(
      `Incompatible matrix sizes for cholesky_solve: each A matrix is ${n} by ${n} but each b matrix is ${rows} by ${B.shape[B.ndim - 1]}`,
    );
  return solveOp(overBatch(B, L), { upper: isUpper(upper) })[0];
}

/** `torch.choleskyInverse`: A⁻¹, given the Cholesky factor `L` of A (`upper`: its transpose); see `choleskySolve`. */
export function choleskyInverse(L: Tensor, upper: Upper = false): Tensor {
  requireSquare("cholesky_inverse", L);
  return inverseOp([L], { upper: isUpper(upper) })[0];
}
