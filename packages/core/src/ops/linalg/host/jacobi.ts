/** Singular values by Jacobi rotations: short, and accurate to the last bits of small values too. */
import { identity, type Matrix, reordered, scaled, transposed } from "./matrix.ts";
import { rotateRows } from "./tridiagonal.ts";

/** Rotations stop when every pair is orthogonal to this times the root of its length; a matrix takes six to ten sweeps. */
const tolerance = 2 ** -52;
const mostSweeps = 60;

/** The tangent of the rotation that diagonalises [[p, r], [r, q]] (Golub and Van Loan, section 8.5.2). */
function tangent(p: number, q: number, r: number): number {
  const tau = (q - p) / (2 * r);
  return (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
}

/** The product of rows i and j, each of `width`: four sums that do not wait for each other. */
function dot(x: Float64Array, width: number, i: number, j: number): number {
  const end = (i + 1) * width;
  let a = i * width;
  let b = j * width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (; a + 4 <= end; a += 4, b += 4) {
    s0 += x[a] * x[b];
    s1 += x[a + 1] * x[b + 1];
    s2 += x[a + 2] * x[b + 2];
    s3 += x[a + 3] * x[b + 3];
  }
  for (; a < end; a++, b++) s0 += x[a] * x[b];
  return s0 + s1 + (s2 + s3);
}

/** Rotates rows of `x` [n, m] until they are orthogonal, and those of `vectors` [n, n] with them. */
function orthogonalise({ rows: n, columns: m, data: x }: Matrix, vectors: Float64Array | null): void {
  const limit = tolerance * Math.max(1, Math.sqrt(m));
  const squares = new Float64Array(n);
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false;
    // They are carried along, and so may lose their digits: once a sweep they are computed.
    for (let i = 0; i < n; i++) squares[i] = dot(x, m, i, i);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const r = dot(x, m, i, j);
        if (!(Math.abs(r) > limit * Math.sqrt(squares[i] * squares[j]))) continue;
        turned = true;
        const t = tangent(squares[i], squares[j], r);
        const c = 1 / Math.sqrt(1 + t * t);
        squares[i] -= t * r;
        squares[j] += t * r;
        rotateRows(x, m, i, j, c, t * c);
        if (vectors !== null) rotateRows(vectors, n, i, j, c, t * c);
      }
    }
  }
}

/** A = U diag(S) Vᵀ with k = min(m, n) descending singular values: U [m, k], Vᵀ [k, n]; S alone unless `wanted`. */
export function singularValues(a: Matrix, wanted = true): { u: Matrix; s: Float64Array; vh: Matrix } {
  if (a.rows < a.columns) {
    const { u, s, vh } = singularValues(transposed(a), wanted);
    return { u: transposed(vh), s, vh: transposed(u) };
  }
  // One-sided (Hestenes): rotate columns until they are orthogonal; their lengths are the singular values. They are kept
  // as rows, which lie together.
  const { rows: m, columns: n } = a;
  const { scale, unit } = scaled(a);
  const work = transposed(unit);
  const vectors = identity(wanted ? n : 0);
  orthogonalise(work, wanted ? vectors.data : null);
  const lengths = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dot(work.data, m, j, j)));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j] - lengths[i]);
  const s = lengths.map((_, i) => lengths[order[i]]);
  const values = s.map((length) => length * scale);
  if (!wanted) return { u: vectors, s: values, vh: vectors };
  const u = reordered(transposed(work), order);
  const negligible = tolerance * Math.max(m, n) * (s[0] ?? 0);
  let rank = 0;
  for (let j = 0; j < n; j++) {
    if (!(s[j] > negligible)) break;
    for (let i = 0; i < m; i++) u.data[i * n + j] /= s[j];
    rank++;
  }
  completeBasis(u, rank);
  return { u, s: values, vh: transposed(reordered(transposed(vectors), order)) };
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
