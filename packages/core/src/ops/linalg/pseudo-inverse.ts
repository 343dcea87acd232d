/** Moore–Penrose inverses, on the host. */
import * as m from "../../graph/math.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { chain, eachMatrix, identityLike, mT, requireFinite, requireMatrices } from "./batches.ts";
import { singularValues } from "./host/jacobi.ts";

const pinvOp = hostOperation<{ atol: number; rtol: number }>(
  "linalg_pinv",
  ([a], { atol, rtol }) => {
    const [rows, columns] = a.shape.slice(-2);
    return eachMatrix([a], [[columns, rows]], ([x], batch) => {
      requireFinite("linalg.svd", a, batch, x);
      const { u, s, vh } = singularValues(x);
      const limit = Math.max(atol, rtol * (s[0] ?? 0));
      const out = new Float64Array(columns * rows);
      for (let k = 0; k < s.length && s[k] > limit; k++)
        for (let i = 0; i < columns; i++)
          for (let j = 0; j < rows; j++)
            out[i * rows + j] += (vh.data[k * columns + i] / s[k]) * u.data[j * s.length + k];
      return [out];
    });
  },
  {
    operands: 1,
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
      return [m.add(inside, m.add(fromRows, fromColumns))];
    },
  },
);

/**
 * `torch.linalg.pinv`: Moore–Penrose inverses [*, n, m] of matrices [*, m, n]; singular values up to `atol`, or `rtol` times
 * the largest, count as 0. Computed on the host.
 *
 * @throws ValueError where an element is not finite.
 * @param rtol default max(m, n) times the spacing of the dtype at 1; 0 where `atol` is given.
 */
export function pinv(A: Tensor, options: { readonly atol?: number; readonly rtol?: number } | number = {}): Tensor {
  requireMatrices("linalg.pinv", A);
  const eps = A.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  const given = typeof options === "number" ? { rtol: options } : options;
  const { atol = 0, rtol = atol > 0 ? 0 : Math.max(...A.shape.slice(-2)) * eps } = given as {
    atol?: number;
    rtol?: number;
  };
  return pinvOp([A], { atol, rtol })[0];
}
