import { type Matrix, transposed } from "./matrix.ts";
import { addRows, addRowsToPair } from "./rows.ts";

/** Rows that are finished before the others are touched. */
const PANEL = 4;

/**
 * Lower L with L Lᵀ = A, of which the lower triangle is read; or the order of the first leading minor that is not
 * positive (Golub and Van Loan, Matrix Computations, section 4.2).
 */
export function choleskyFactor(a: Matrix): Matrix | number {
  const n = a.rows;
  // Row i of Lᵀ, whose elements lie together.
  const out = transposed(a);
  const u = out.data;
  for (let first = 0; first < n; first += PANEL) {
    const end = Math.min(first + PANEL, n);
    for (let i = first; i < end; i++) {
      const row = i * n;
      addRows(u, row, u, n, i, n, first, i, u, i, n, -1);
      if (!(u[row + i] > 0)) return i + 1;
      const pivot = Math.sqrt(u[row + i]);
      u.fill(0, row, row + i);
      u[row + i] = pivot;
      for (let j = i + 1; j < n; j++) u[row + j] /= pivot;
    }
    let i = end;
    for (; i + 2 <= n; i += 2) addRowsToPair(u, i * n, (i + 1) * n, u, n, i, n, first, end, u, i, i + 1, n, -1);
    if (i < n) addRows(u, i * n, u, n, i, n, first, end, u, i, n, -1);
  }
  return transposed(out);
}
