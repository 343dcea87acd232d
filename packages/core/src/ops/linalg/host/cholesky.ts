import { type Matrix, transposed } from "./matrix.ts";
import { addRows } from "./rows.ts";

/**
 * Lower L with L Lᵀ = A, of which the lower triangle is read; or the order of the first leading minor that is not
 * positive (Golub and Van Loan, Matrix Computations, algorithm 4.2.1).
 */
export function choleskyFactor(a: Matrix): Matrix | number {
  const n = a.rows;
  // Row i of Lᵀ from those before it, whose elements lie together.
  const out = transposed(a);
  const u = out.data;
  const factors = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) factors[k] = u[k * n + i];
    const row = i * n;
    addRows(u, row, u, n, i, 0, i, factors, 0, -1);
    if (!(u[row + i] > 0)) return i + 1;
    const pivot = Math.sqrt(u[row + i]);
    u.fill(0, row, row + i);
    u[row + i] = pivot;
    for (let j = i + 1; j < n; j++) u[row + j] /= pivot;
  }
  return transposed(out);
}
