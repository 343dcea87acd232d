/** Eigenvalues of symmetric matrices: reduction to three diagonals, and the implicit QL algorithm. */
import { identity, type Matrix, matrix, rowsInOrder, scaled, transposed } from "./matrix.ts";
import { type Reflections, reflection, subtractPairAndSum, turnRows } from "./reflections.ts";
import { Rotations } from "./rotations.ts";

/** What counts as 0 beside a diagonal element of size 1. */
const epsilon = 2 ** -52;
/** Eigenvalues take two steps each, or less. */
const mostSteps = 60;

/** Ascending eigenvalues of a symmetric matrix, and if `wanted` eigenvectors as columns. */
export function symmetricEigen(a: Matrix, wanted = true): { values: Float64Array; vectors: Matrix } {
  const n = a.rows;
  const { scale, unit } = scaled(a);
  const { diagonal, beside, reflections } = tridiagonal(unit);
  // As rows, which lie together.
  const vectors = identity(wanted ? n : 0);
  if (wanted) turnRows(vectors.data, reflections, true);
  implicitQl(diagonal, beside, wanted ? new Rotations(vectors.data, n) : null);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i] - diagonal[j]);
  const values = Float64Array.from(order, (i) => diagonal[i] * scale);
  return { values, vectors: wanted ? transposed(rowsInOrder(vectors, order)) : matrix(n, 0) };
}

/**
 * Qᵀ A Q of three diagonals by reflections (Golub and Van Loan, Matrix Computations, algorithm 8.3.1); A is overwritten. A pass
 * over the matrix subtracts one reflection from both sides, and sums the products that the next one needs.
 */
function tridiagonal({ rows: n, data: x }: Matrix): {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
  readonly reflections: Reflections;
} {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const count = Math.max(0, n - 1);
  const reflections = { v: new Float64Array(count * n), tau: new Float64Array(count), width: n, shift: 1 };
  let v = new Float64Array(n);
  let w = new Float64Array(n);
  // Of (I - tau v vᵀ) A (I - tau v vᵀ) = A - v wᵀ - w vᵀ, the v and w that are still to be subtracted.
  let lastV = new Float64Array(n);
  let lastW = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let j = k; j < n; j++) v[j] = x[k * n + j] - (lastV[k] * lastW[j] + lastW[k] * lastV[j]);
    diagonal[k] = v[k];
    if (k + 1 === n) break;
    const { tau, beta } = reflection(v, k + 1, n);
    beside[k] = beta;
    reflections.tau[k] = tau;
    reflections.v.set(v.subarray(k + 1), k * n + k + 1);
    w.fill(0);
    subtractPairAndSum(x, n, k + 1, lastV, lastW, v, w);
    let dot = 0;
    for (let i = k + 1; i < n; i++) {
      w[i] *= tau;
      dot += w[i] * v[i];
    }
    for (let i = k + 1; i < n; i++) w[i] -= 0.5 * tau * dot * v[i];
    [v, lastV] = [lastV, v];
    [w, lastW] = [lastW, w];
  }
  return { diagonal, beside, reflections };
}

/**
 * Turns the diagonals of a symmetric matrix until nothing is beside the main one, and the rows of `vectors` with them (EISPACK's
 * tql2; Golub and Van Loan, section 8.3). The largest element is about 1.
 */
function implicitQl(d: Float64Array, e: Float64Array, vectors: Rotations | null): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < mostSteps; step++) {
      let end = l;
      while (end < n - 1 && Math.abs(e[end]) > epsilon * (Math.abs(d[end]) + Math.abs(d[end + 1])) + epsilon ** 3)
        end++;
      if (end === l) break;
      const turns = vectors?.begin(end, -1) ?? null;
      const tau = (d[l + 1] - d[l]) / (2 * e[l]);
      let g = d[end] - d[l] + e[l] / (tau + (tau >= 0 ? 1 : -1) * Math.sqrt(tau * tau + 1));
      let [s, c, p] = [1, 1, 0];
      let i = end - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[end] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const t = (d[i] - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        if (turns === null) continue;
        turns[2 * (end - 1 - i)] = c;
        turns[2 * (end - 1 - i) + 1] = s;
      }
      vectors?.end(end - 1 - i);
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[end] = 0;
    }
  }
  vectors?.flush();
}
