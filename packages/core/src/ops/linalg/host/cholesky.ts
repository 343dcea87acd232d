import type { Matrix } from "./matrix.ts";
import { addRows, addRowsToPair } from "./rows.ts";

/** Rows that are finished before the others are touched. */
const PANEL = 4;

/**
 * In place of one triangle of A the factor on that side, and 0 on the other, which is not read: lower L with L Lᵀ = A, or `upper`
 * Lᵀ. Returns 0, or the order of the first leading minor that is not positive (Golub and Van Loan, Matrix Computations, section 4.2).
 */
export function choleskyFactor(a: Matrix, upper: boolean): number {
  const { rows: n, data: u } = a;
  // Rows of Lᵀ are what is computed: their elements lie together.
  if (!upper) mirror(a, false);
  for (let first = 0; first < n; first += PANEL) {
    const end = Math.min(first + PANEL, n);
    for (let i = first; i < end; i++) {
      const row = i * n;
      addRows(u, row, u, n, i, n, first, i, u, i, n, -1);
      if (!(u[row + i] > 0)) return i + 1;
      const pivot = Math.sqrt(u[row + i]);
      u[row + i] = pivot;
      for (let j = i + 1; j < n; j++) u[row + j] /= pivot;
    }
    let i = end;
    for (; i + 2 <= n; i += 2) addRowsToPair(u, i * n, (i + 1) * n, u, n, i, n, first, end, u, i, i + 1, n, -1);
    if (i < n) addRows(u, i * n, u, n, i, n, first, end, u, i, n, -1);
  }
  if (!upper) mirror(a, true);
  for (let i = 0; i < n; i++)
    if (upper) u.fill(0, i * n, i * n + i);
    else u.fill(0, i * n + i + 1, (i + 1) * n);
  return 0;
}

/** Copies one triangle to the other, the upper if `down`; in bands, as `transposed`. */
function mirror({ rows: n, data: x }: Matrix, down: boolean): void {
  for (let first = 0; first < n; first += 8)
    for (let i = first; i < n; i++) {
      const until = Math.min(first + 8, i);
      if (down) for (let j = first; j < until; j++) x[i * n + j] = x[j * n + i];
      else for (let j = first; j < until; j++) x[j * n + i] = x[i * n + j];
    }
}
