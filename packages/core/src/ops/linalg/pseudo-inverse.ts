/** Moore–Penrose inverses, on the host. */
import * as m from "../../graph/math.ts";
import { fromHost } from "../../tensor/creation.ts";
import { hostOperation, requireReadable } from "../../tensor/host.ts";
import { dataSync } from "../../tensor/reading.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { expand } from "../shape/expand.ts";
import { chain, eachMatrix, identityLike, mT, requireFinite, requireMatrices, requireSquare } from "./batches.ts";
import { mirrored } from "./eigen.ts";
import { type Matrix, transposed } from "./host/matrix.ts";
import { addRows, addRowsToPair } from "./host/rows.ts";
import { type SingularValues, singularValues } from "./host/singular.ts";
import { symmetricEigen } from "./host/tridiagonal.ts";
import { type ToleranceOptions, toleranceOptions, tolerances } from "./tolerance.ts";

/** A = U diag(S) Vᵀ of any matrix, or of a symmetric one with its eigenvalues; U and V as rows. */
function decomposed(x: Matrix, hermitian: boolean): SingularValues {
  if (!hermitian) return singularValues(x);
  const { values, vectors } = symmetricEigen(mirrored(x, "L"));
  const rows = transposed(vectors);
  return { ut: rows, s: values, vh: rows };
}

const pinvName = "linalg_pinv";

/** Of matrices, and of each the two tolerances [*, 1, 2]; and how many singular values count. */
const pinvOp = hostOperation<{ hermitian: boolean }>(
  pinvName,
  ([a, limits], { hermitian }) => {
    const [rows, columns] = a.shape.slice(-2);
    return eachMatrix([a, limits], [[columns, rows], []], ([x, { data: tolerance }], batch) => {
      requireFinite(hermitian ? "linalg.eigh" : "linalg.svd", a, batch, x);
      const { ut, s, vh } = decomposed(x, hermitian);
      const largest = s.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      const limit = Math.max(tolerance[0], tolerance[1] * largest);
      const out = new Float64Array(columns * rows);
      const factors = new Float64Array(s.length * columns);
      let rank = 0;
      for (let k = 0; k < s.length; k++) {
        if (Math.abs(s[k]) > limit) rank++;
        for (let j = k * columns; j < (k + 1) * columns; j++)
          factors[j] = Math.abs(s[k]) > limit ? vh.data[j] / s[k] : 0;
      }
      let i = 0;
      for (; i + 2 <= columns; i += 2)
        addRowsToPair(
          out,
          i * rows,
          (i + 1) * rows,
          ut.data,
          rows,
          0,
          rows,
          0,
          s.length,
          factors,
          i,
          i + 1,
          columns,
          1,
        );
      if (i < columns) addRows(out, i * rows, ut.data, rows, 0, rows, 0, s.length, factors, i, columns, 1);
      return [out, [rank]];
    });
  },
  {
    operands: 2,
    gradName: "LinalgPinvBackward0",
    // The adjoint of dP = −P dA P + P Pᵀ dAᵀ (I − A P) + (I − P A) dAᵀ Pᵀ P (Golub and Pereyra 1973), which holds where the
    // rank does not change.
    derivative: ({ input, output, grad }) => {
      const [a, p, g] = [input(0), output(0), grad(0)];
      const [left, right] = [chain(a, p), chain(p, a)];
      const beyondRows = m.sub(identityLike(left), left);
      const beyondColumns = m.sub(identityLike(right), right);
      const inside = m.neg(chain(mT(p), g, mT(p)));
      const fromRows = chain(beyondRows, mT(g), p, mT(p));
      const fromColumns = chain(mT(p), p, mT(g), beyondColumns);
      return [m.add(inside, m.add(fromRows, fromColumns)), null];
    },
  },
);

/** The inverses, and the ranks [*], in A's dtype. */
export function inverseAndRank(A: Tensor, options: ToleranceOptions): Tensor[] {
  // Before there are tolerances: the device may lack their dtype.
  requireReadable(pinvName, A.value.device);
  const limits = tolerances(A, options);
  const shapes = limits.map((limit) => (limit instanceof Tensor ? limit.shape : []));
  const batch = m.broadcastShapes(A.shape.slice(0, -2), m.broadcastShapes(shapes[0], shapes[1]));
  const count = batch.reduce((n, size) => n * size, 1);
  const both = new Float64Array(2 * count);
  for (const [place, limit] of limits.entries()) {
    const each = limit instanceof Tensor ? dataSync(expand(limit, batch)) : null;
    for (let i = 0; i < count; i++) both[2 * i + place] = Number(each === null ? limit : each[i]);
  }
  const operands = [expand(A, [...batch, ...A.shape.slice(-2)]), fromHost(both, [...batch, 1, 2], "float64", A.device)];
  return pinvOp(operands, { hermitian: options.hermitian ?? false });
}

/**
 * `torch.linalg.pinv`: Moore–Penrose inverses [*, n, m] of matrices [*, m, n]; singular values up to `atol`, or `rtol` times
 * the largest, count as 0. Computed on the host.
 *
 * @param rcond `rtol`, or the options.
 * @throws ValueError where an element is not finite.
 * @example torch.linalg.pinv(A, { atol: 1e-6, hermitian: true })
 */
export function pinv(A: Tensor, rcond: ToleranceOptions | number | Tensor = {}, hermitian?: boolean): Tensor {
  const options = toleranceOptions(rcond, "rtol", hermitian);
  if (options.hermitian) requireSquare("linalg.eigh", A);
  else requireMatrices("linalg.pinv", A);
  return inverseAndRank(A, options)[0];
}

/** `torch.pinverse`: as `torch.linalg.pinv`, with another default. */
export function pinverse(input: Tensor, rcond: number | { readonly rcond?: number } = 1e-15): Tensor {
  return pinv(input, typeof rcond === "number" ? rcond : (rcond.rcond ?? 1e-15));
}
