import { type Matrix, matrix } from "./matrix.ts";

/**
 * A = Q R by Householder reflections (Golub and Van Loan, Matrix Computations, algorithm 5.2.1), with LAPACK's signs: a
 * reflected diagonal element of R has the opposite sign of what it was; a column that is zero below stays.
 *
 * @param width columns of Q and rows of R, from min(m, n) to m.
 */
export function householder(a: Matrix, width: number): { q: Matrix; r: Matrix } {
  const { rows: m, columns: n } = a;
  const work = a.data.slice();
  const vectors: { v: Float64Array; scale: number }[] = [];
  for (let k = 0; k < Math.min(m, n); k++) {
    let below = 0;
    for (let i = k + 1; i < m; i++) below = Math.hypot(below, work[i * n + k]);
    const v = new Float64Array(m);
    const alpha = work[k * n + k];
    if (below === 0) {
      vectors.push({ v, scale: 0 });
      continue;
    }
    const length = Math.hypot(alpha, below);
    const beta = alpha >= 0 ? -length : length;
    v[k] = 1;
    for (let i = k + 1; i < m; i++) v[i] = work[i * n + k] / (alpha - beta);
    const scale = (beta - alpha) / beta;
    vectors.push({ v, scale });
    reflect(work, n, v, scale, k, k);
  }
  const q = matrix(m, width);
  for (let i = 0; i < width; i++) q.data[i * width + i] = 1;
  for (let k = vectors.length - 1; k >= 0; k--) reflect(q.data, width, vectors[k].v, vectors[k].scale, k, 0);
  const r = matrix(width, n);
  for (let i = 0; i < width; i++) for (let j = i; j < n; j++) r.data[i * n + j] = work[i * n + j];
  return { q, r };
}

/** x − scale · v (vᵀ x), rows from `first`, columns from `left`. */
function reflect(x: Float64Array, columns: number, v: Float64Array, scale: number, first: number, left: number): void {
  if (scale === 0) return;
  for (let j = left; j < columns; j++) {
    let dot = 0;
    for (let i = first; i < v.length; i++) dot += v[i] * x[i * columns + j];
    for (let i = first; i < v.length; i++) x[i * columns + j] -= scale * dot * v[i];
  }
}
