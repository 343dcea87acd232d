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
    const v = new Float64Array(m);
    for (let i = k; i < m; i++) v[i] = work[i * n + k];
    tau[k] = reflection(v, k).tau;
    if (tau[k] === 0) continue;
    reflect(work, n, v, tau[k], k, k);
    for (let i = k + 1; i < m; i++) work[i * n + k] = v[i];
  }
  return { work: matrix(m, n, work), tau };
}

/** Makes of a vector, from element k on, the v with (I - tau v vᵀ) x = beta e[k] and v[k] = 1; what is before becomes 0. */
export function reflection(v: Float64Array, k: number): { tau: number; beta: number } {
  v.fill(0, 0, k);
  let below = 0;
  for (let i = k + 1; i < v.length; i++) below = Math.hypot(below, v[i]);
  const alpha = v[k];
  v[k] = 1;
  if (below === 0) return { tau: 0, beta: alpha };
  const length = Math.hypot(alpha, below);
  const beta = alpha >= 0 ? -length : length;
  for (let i = k + 1; i < v.length; i++) v[i] /= alpha - beta;
  return { tau: (beta - alpha) / beta, beta };
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
export function reflect(
  x: Float64Array,
  columns: number,
  v: Float64Array,
  scale: number,
  first: number,
  left: number,
): void {
  if (scale === 0) return;
  const dots = new Float64Array(columns);
  addRows(dots, 0, x, columns, left, first, v.length, v, 0, 1);
  for (let j = left; j < columns; j++) dots[j] *= scale;
  for (let i = first; i < v.length; i++) {
    const factor = v[i];
    const row = i * columns;
    for (let j = left; j < columns; j++) x[row + j] -= dots[j] * factor;
  }
}
