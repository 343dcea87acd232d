/** Eigenvalues of symmetric matrices, on the host. */
import { ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import {
  arrives,
  chain,
  diagonalMatrix,
  eachMatrix,
  identityLike,
  mT,
  requireFinite,
  requireSquare,
} from "./batches.ts";
import { type Matrix, matrix } from "./host/matrix.ts";
import { symmetricEigen } from "./host/tridiagonal.ts";

/** Which triangle of a symmetric matrix is read. */
export type Triangle = "L" | "U";

/** The symmetric matrix of which one triangle is given. */
export function mirrored({ rows: n, data }: Matrix, uplo: Triangle): Matrix {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const swapped = uplo === "L" ? j > i : j < i;
      out.data[i * n + j] = swapped ? data[j * n + i] : data[i * n + j];
    }
  return out;
}

const eigenOp = hostOperation<{ name: string; uplo: Triangle; valuesOnly: boolean }>(
  "linalg_eigh",
  ([a], { name, uplo, valuesOnly }, recorded) => {
    const square = a.shape.slice(-2);
    const wanted = recorded || !valuesOnly;
    return eachMatrix([a], wanted ? [square.slice(1), square] : [square.slice(1)], ([x], batch) => {
      requireFinite(name, a, batch, x);
      const { values, vectors } = symmetricEigen(mirrored(x, uplo), wanted);
      return wanted ? [values, vectors.data] : [values];
    });
  },
  {
    operands: 1,
    gradName: "LinalgEighBackward0",
    // Ā = V (diag(λ̄) + (Vᵀ V̄) ∘ F) Vᵀ with F[i][j] = 1 / (λ[j] − λ[i]) off the diagonal (Giles 2008).
    derivative: ({ output, grad }) => {
      const v = output(1);
      const onDiagonal = diagonalMatrix(grad(0));
      if (!arrives(grad(1))) return [chain(v, onDiagonal, mT(v))];
      const values = output(0);
      const last = values.rank;
      const gaps = m.sub(m.unsqueeze(values, last - 1), m.unsqueeze(values, last));
      const isDiagonal = m.eq(identityLike(v), 1);
      const turned = m.where(isDiagonal, 0, m.div(chain(mT(v), grad(1)), m.where(isDiagonal, 1, gaps)));
      return [chain(v, m.add(onDiagonal, turned), mT(v))];
    },
  },
);

function decompose(name: string, A: Tensor, uplo: Triangle | { readonly UPLO?: Triangle }): Tensor[] {
  const given = keywords<{ UPLO?: Triangle }>(["UPLO"], [uplo]).UPLO ?? "L";
  requireSquare(name, A);
  if (given !== "L" && given !== "U") throw new ValueError(`Expected UPLO argument to be 'L' or 'U', but got ${given}`);
  return eigenOp([A], { name, uplo: given, valuesOnly: name === "linalg.eigvalsh" });
}

/**
 * `torch.linalg.eigh`: ascending eigenvalues [*, n] of symmetric matrices [*, n, n], and orthonormal eigenvectors as the
 * columns of [*, n, n], each up to its sign. One triangle is read: the lower, unless `UPLO` is "U". Computed on the host.
 *
 * The gradient of eigenvectors is infinite where eigenvalues coincide.
 *
 * @throws ShapeError for matrices that are not square; ValueError for values that are not finite.
 */
export function eigh(
  A: Tensor,
  UPLO: Triangle | { readonly UPLO?: Triangle } = "L",
): Results<"eigenvalues" | "eigenvectors"> {
  return namedResults(["eigenvalues", "eigenvectors"], decompose("linalg.eigh", A, UPLO), "linalg_eigh");
}

/**
 * `torch.linalg.eigvalsh`: ascending eigenvalues of symmetric matrices; see `torch.linalg.eigh`.
 *
 * @example
 * torch.linalg.eigvalsh(torch.tensor([[2, 1], [1, 2]])) // tensor([1., 3.])
 */
export function eigvalsh(A: Tensor, UPLO: Triangle | { readonly UPLO?: Triangle } = "L"): Tensor {
  return decompose("linalg.eigvalsh", A, UPLO)[0];
}
