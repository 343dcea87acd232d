import { type Matrix, matrix } from "./matrix.ts";
import { addRows } from "./rows.ts";

/** What reflections leave of a matrix: R above the diagonal, below it the reflections' vectors, whose first elements are 1. */
export interface Reflected {
  readonly work: Matrix;
  /** A reflection is I - tau v vᵀ. */
  readonly tau: Float64Array;
}

/**
 * Householder's reflections (Golub and Van Loan, Matrix Computations, algorithm 5.2.1), with LAPACK's signs: a reflected
 * diagonal element has the opposite sign of what it was; a column that is zero below stays.
 */
export function reflected(a: Matrix): Reflected {
  const { rows: m, columns: n } = a;
  const work = a.data.slice();
  const tau = new Float64Array(Math.min(m, n));
  for (let k = 0; k < tau.length; k++) {
    let below = 0;
    for (let i = k + 1; i < m; i++) below = Math.hypot(below, work[i * n + k]);
    if (below === 0) continue;
    const alpha = work[k * n + k];
    const length = Math.hypot(alpha, below);
    const beta = alpha >= 0 ? -length : length;
    const v = new Float64Array(m);
    v[k] = 1;
    for (let i = k + 1; i < m; i++) v[i] = work[i * n + k] / (alpha - beta);
    tau[k] = (beta - alpha) / beta;
    reflect(work, n, v, tau[k], k, k);
    for (let i = k + 1; i < m; i++) work[i * n + k] = v[i];
  }
  return { work: matrix(m, n, work), tau };
}

/**
 * A = Q R by reflections.
 *
 * @param width columns of Q and rows of R, from min(m, n) to m.
 */
export function householder(a: Matrix, width: number): { q: Matrix; r: Matrix } {
  const { rows: m, columns: n } = a;
  const { work, tau } = reflected(a);
  const q = matrix(m, width);
  for (let i = 0; i < width; i++) q.data[i * width + i] = 1;
  for (let k = tau.length - 1; k >= 0; k--) {
    const v = new Float64Array(m);
    v[k] = 1;
    for (let i = k + 1; i < m; i++) v[i] = work.data[i * n + k];
    // Columns before have no elements yet in these rows.
    reflect(q.data, width, v, tau[k], k, k);
  }
  const r = matrix(width, n);
  for (let i = 0; i < width; i++) for (let j = i; j < n; j++) r.data[i * n + j] = work.data[i * n + j];
  return { q, r };
}

/** x − scale · v (vᵀ x), rows from `first`, columns from `left`; by rows, whose elements lie together. */
function reflect(x: Float64Array, columns: number, v: Float64Array, scale: number, first: number, left: number): void {
  if (scale === 0) return;
  const dots = new Float64Array(columns);
  addRows(dots, x, columns, v, first, left);
  for (let j = left; j < columns; j++) dots[j] *= scale;
  for (let i = first; i < v.length; i++) {
    const factor = v[i];
    const row = i * columns;
    for (let j = left; j < columns; j++) x[row + j] -= dots[j] * factor;
  }
}
