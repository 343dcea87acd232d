/** Eigenvalues of symmetric matrices: reduction to three diagonals, and the implicit QL algorithm. */
import { identity, type Matrix, matrix, reordered, scaled, transposed } from "./matrix.ts";
import { reflect, reflection } from "./qr.ts";
import { addRows } from "./rows.ts";

/** What counts as 0 beside a diagonal element of size 1. */
const epsilon = 2 ** -52;
/** Eigenvalues take two steps each, or less. */
const mostSteps = 60;

/** Ascending eigenvalues of a symmetric matrix, and if `wanted` eigenvectors as columns. */
export function symmetricEigen(a: Matrix, wanted = true): { values: Float64Array; vectors: Matrix } {
  const n = a.rows;
  const { scale, unit } = scaled(a);
  const { diagonal, beside, turned } = tridiagonal(unit, wanted);
  // As rows, which lie together.
  const vectors = transposed(turned);
  implicitQl(diagonal, beside, wanted ? vectors.data : null);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i] - diagonal[j]);
  const values = Float64Array.from(order, (i) => diagonal[i] * scale);
  return { values, vectors: wanted ? reordered(transposed(vectors), order) : matrix(n, 0) };
}

/**
 * Qᵀ A Q of three diagonals by reflections (Golub and Van Loan, Matrix Computations, algorithm 8.3.1); A is overwritten.
 * `turned` is Q, if `wanted`.
 */
function tridiagonal(a: Matrix, wanted: boolean): { diagonal: Float64Array; beside: Float64Array; turned: Matrix } {
  const n = a.rows;
  const x = a.data;
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const reflections: { v: Float64Array; tau: number }[] = [];
  for (let k = 0; k < n; k++) {
    diagonal[k] = x[k * n + k];
    if (k + 1 === n) break;
    const v = x.slice(k * n, (k + 1) * n);
    const { tau, beta } = reflection(v, k + 1);
    beside[k] = beta;
    reflections.push({ v, tau });
    if (tau === 0) continue;
    // Of (I - tau v vᵀ) A (I - tau v vᵀ) = A - v wᵀ - w vᵀ.
    const w = new Float64Array(n);
    addRows(w, 0, x, n, k + 1, k + 1, n, v, 0, 1);
    let dot = 0;
    for (let i = k + 1; i < n; i++) {
      w[i] *= tau;
      dot += w[i] * v[i];
    }
    for (let i = k + 1; i < n; i++) w[i] -= 0.5 * tau * dot * v[i];
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      const first = v[i];
      const second = w[i];
      for (let j = k + 1; j < n; j++) x[row + j] -= first * w[j] + second * v[j];
    }
  }
  const turned = identity(wanted ? n : 0);
  if (wanted)
    for (let k = reflections.length - 1; k >= 0; k--)
      reflect(turned.data, n, reflections[k].v, reflections[k].tau, k + 1, k + 1);
  return { diagonal, beside, turned };
}

/**
 * Turns the diagonals of a symmetric matrix until nothing is beside the main one, and the rows of `vectors` with them (EISPACK's
 * tql2; Golub and Van Loan, section 8.3). The largest element is about 1.
 */
function implicitQl(d: Float64Array, e: Float64Array, vectors: Float64Array | null): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < mostSteps; step++) {
      let end = l;
      while (end < n - 1 && Math.abs(e[end]) > epsilon * (Math.abs(d[end]) + Math.abs(d[end + 1])) + epsilon ** 3)
        end++;
      if (end === l) break;
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
        if (vectors !== null) rotateRows(vectors, n, i, i + 1, c, s);
      }
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[end] = 0;
    }
  }
}

/** Rows i and j of `x`, rotated. */
export function rotateRows(x: Float64Array, width: number, i: number, j: number, c: number, s: number): void {
  const first = i * width;
  const second = j * width;
  for (let k = 0; k < width; k++) {
    const a = x[first + k];
    const b = x[second + k];
    x[first + k] = c * a - s * b;
    x[second + k] = s * a + c * b;
  }
}
