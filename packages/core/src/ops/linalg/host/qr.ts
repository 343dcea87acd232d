import { type Matrix, matrix, transposed } from "./matrix.ts";
import { type Reflections, reflection, subtractAndSum, turnRows } from "./reflections.ts";

/** R on and above the diagonal of `work` (what is below is no more than left over), and the reflections whose product is Q. */
export interface Reflected {
  readonly work: Matrix;
  readonly reflections: Reflections;
}

/**
 * Householder's reflections (Golub and Van Loan, Matrix Computations, algorithm 5.2.1), with LAPACK's signs. A pass over the matrix
 * subtracts one reflection, and sums the products that the next one needs.
 */
export function reflected(a: Matrix): Reflected {
  const { rows: m, columns: n } = a;
  const x = a.data.slice();
  const count = Math.min(m, n);
  const reflections = { v: new Float64Array(count * m), tau: new Float64Array(count), width: m, shift: 0 };
  let v = new Float64Array(m);
  /** The reflection before, which is still to be subtracted, and its products. */
  let before = new Float64Array(m);
  let products = new Float64Array(n);
  let sums = new Float64Array(n);
  for (let k = 0; k < count; k++) {
    for (let i = k; i < m; i++) v[i] = x[i * n + k] - before[i] * products[k];
    const { tau, beta } = reflection(v, k, m);
    reflections.tau[k] = tau;
    reflections.v.set(k === 0 ? v : v.subarray(k), k * m + k);
    x[k * n + k] = beta;
    sums.fill(0);
    subtractAndSum(x, n, k + 1, k, m, before, products, v, sums);
    for (let j = k + 1; j < n; j++) {
      sums[j] *= tau;
      x[k * n + j] -= sums[j];
    }
    [v, before] = [before, v];
    [products, sums] = [sums, products];
  }
  return { work: matrix(m, n, x), reflections };
}

/**
 * A = Q R by reflections.
 *
 * @param width columns of Q and rows of R, from min(m, n) to m.
 */
export function householder(a: Matrix, width: number): { q: Matrix; r: Matrix } {
  const { rows: m, columns: n } = a;
  const { work, reflections } = reflected(a);
  const qt = matrix(width, m);
  for (let i = 0; i < width; i++) qt.data[i * m + i] = 1;
  // Rows before reflection k have no elements yet where it has them.
  turnRows(qt.data, reflections, true);
  const r = matrix(width, n);
  for (let i = 0; i < width && i < n; i++) r.data.set(work.data.subarray(i * n + i, (i + 1) * n), i * n + i);
  return { q: transposed(qt), r };
}

/** Orthonormal columns [m, k] → [m, m - k], which complete them. */
export function complement(q: Matrix): Matrix {
  const { rows: m, columns: k } = q;
  const rest = matrix(m - k, m);
  for (let i = 0; i < m - k; i++) rest.data[i * m + k + i] = 1;
  turnRows(rest.data, reflected(q).reflections, false);
  return transposed(rest);
}
