/** Eigenvalues and singular values by Jacobi rotations: short, and accurate to the last bits of small values too. */
import { identity, type Matrix, reordered, scaled, transposed } from "./matrix.ts";
import { rotateRows } from "./tridiagonal.ts";

/** Rotations stop when every pair is orthogonal to this; a matrix takes six to ten sweeps. */
const tolerance = 2 ** -52;
const mostSweeps = 60;

/** Cosine and sine of the rotation that diagonalises [[p, r], [r, q]] (Golub and Van Loan, section 8.5.2). */
function rotation(p: number, q: number, r: number): [number, number] {
  const tau = (q - p) / (2 * r);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  return [c, t * c];
}

/** A = U diag(S) Vᵀ with k = min(m, n) descending singular values: U [m, k], Vᵀ [k, n]. */
export function singularValues(a: Matrix): { u: Matrix; s: Float64Array; vh: Matrix } {
  if (a.rows < a.columns) {
    const { u, s, vh } = singularValues(transposed(a));
    return { u: transposed(vh), s, vh: transposed(u) };
  }
  // One-sided (Hestenes): rotate columns until they are orthogonal; their lengths are the singular values. They are kept
  // as rows, which lie together.
  const { rows: m, columns: n } = a;
  const { scale, unit } = scaled(a);
  const work = transposed(unit);
  const vectors = identity(n);
  const x = work.data;
  const dot = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += x[i * m + k] * x[j * m + k];
    return sum;
  };
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [p, q, r] = [dot(i, i), dot(j, j), dot(i, j)];
        if (!(Math.abs(r) > tolerance * Math.sqrt(p * q))) continue;
        turned = true;
        const [c, s] = rotation(p, q, r);
        rotateRows(work.data, m, i, j, c, s);
        rotateRows(vectors.data, n, i, j, c, s);
      }
    }
  }
  const lengths = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dot(j, j)));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j] - lengths[i]);
  const s = lengths.map((_, i) => lengths[order[i]]);
  const u = reordered(transposed(work), order);
  const negligible = tolerance * Math.max(m, n) * (s[0] ?? 0);
  let rank = 0;
  for (let j = 0; j < n; j++) {
    if (!(s[j] > negligible)) break;
    for (let i = 0; i < m; i++) u.data[i * n + j] /= s[j];
    rank++;
  }
  completeBasis(u, rank);
  return { u, s: s.map((length) => length * scale), vh: transposed(reordered(transposed(vectors), order)) };
}

/** Fills the columns of `x` from `known` on, so that all are orthonormal. */
export function completeBasis(x: Matrix, known: number): void {
  for (let j = known; j < x.columns; j++) {
    for (let unit = 0; unit < x.rows; unit++) {
      const candidate = remainder(x, unit, j);
      const length = Math.hypot(...candidate);
      // Of the squares of all remainders, rows - j in all, at least one is not below the mean.
      if (length * length * x.rows < 0.5 * (x.rows - j)) continue;
      for (let i = 0; i < x.rows; i++) x.data[i * x.columns + j] = candidate[i] / length;
      break;
    }
  }
}

/** What the first `known` columns leave of a unit vector. */
function remainder({ rows, columns, data }: Matrix, unit: number, known: number): Float64Array {
  const out = new Float64Array(rows);
  out[unit] = 1;
  // Orthogonalised twice: once is not enough in floating point.
  for (let pass = 0; pass < 2; pass++) {
    for (let k = 0; k < known; k++) {
      let dot = 0;
      for (let i = 0; i < rows; i++) dot += out[i] * data[i * columns + k];
      for (let i = 0; i < rows; i++) out[i] -= dot * data[i * columns + k];
    }
  }
  return out;
}
