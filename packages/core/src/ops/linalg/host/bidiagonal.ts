/** Reduction of a matrix to two diagonals by reflections from both sides. */
import type { Matrix } from "./matrix.ts";
import { type Reflections, reflection, subtractAndMultiply, subtractAndSum } from "./reflections.ts";

export interface Bidiagonal {
  readonly diagonal: Float64Array;
  /** The elements above the diagonal. */
  readonly beside: Float64Array;
  /** What the left orthogonal matrix is the product of, and the right one. */
  readonly left: Reflections;
  readonly right: Reflections;
}

/**
 * A = Q B Pᵀ of as many rows as columns, or more (Golub and Van Loan, Matrix Computations, algorithm 5.4.2); A is overwritten.
 * Subtracting a reflection, a pass over the matrix also sums the products that the next one needs.
 */
export function bidiagonal({ rows: m, columns: n, data: x }: Matrix): Bidiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(Math.max(0, n - 1));
  const left = { v: new Float64Array(n * m), tau: new Float64Array(n), width: m, shift: 0 };
  const right = { v: new Float64Array(beside.length * n), tau: new Float64Array(beside.length), width: n, shift: 1 };
  const v = new Float64Array(m);
  const u = new Float64Array(n);
  /** vᵀ A and A u. */
  const across = new Float64Array(n);
  const along = new Float64Array(m);
  for (let k = 0; k < n; k++) {
    // Of the pass before, `along` and `u` are still to be subtracted.
    for (let i = k; i < m; i++) v[i] = x[i * n + k] - along[i];
    const { tau, beta } = reflection(v, k, m);
    diagonal[k] = beta;
    left.tau[k] = tau;
    left.v.set(k === 0 ? v : v.subarray(k), k * m + k);
    if (k + 1 === n) break;
    across.fill(0);
    subtractAndSum(x, n, k + 1, k, m, along, u, v, across);
    for (let j = k + 1; j < n; j++) {
      across[j] *= tau;
      u[j] = x[k * n + j] - across[j];
    }
    const second = reflection(u, k + 1, n);
    beside[k] = second.beta;
    right.tau[k] = second.tau;
    right.v.set(u.subarray(k + 1), k * n + k + 1);
    for (let i = k + 1; i < m; i++) along[i] = v[i];
    subtractAndMultiply(x, n, k + 1, k + 1, m, along, across, 0, u, 0, second.tau);
  }
  return { diagonal, beside, left, right };
}
