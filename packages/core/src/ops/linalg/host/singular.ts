/** Singular values: reduction to two diagonals, and implicit QR steps. */
import { bidiagonal } from "./bidiagonal.ts";
import { diagonalise } from "./bidiagonal-qr.ts";
import { identity, type Matrix, matrix, rowsInOrder, scaled, transposed } from "./matrix.ts";
import { reflected } from "./qr.ts";
import { turnRows } from "./reflections.ts";
import { Rotations } from "./rotations.ts";

/** A = U diag(S) Vᵀ with k = min(m, n) descending singular values. */
export interface SingularValues {
  readonly s: Float64Array;
  /** Uᵀ [k, m] and Vᵀ [k, n]; of no rows if only values are wanted. */
  readonly ut: Matrix;
  readonly vh: Matrix;
}

/** From so many times as many rows as columns on, R of a QR decomposition is what is reduced. */
const tall = 1.6;

export function singularValues(a: Matrix, wanted = true): SingularValues {
  if (a.rows < a.columns) {
    const { s, ut, vh } = singularValues(transposed(a), wanted);
    return { s, ut: vh, vh: ut };
  }
  const { rows: m, columns: n } = a;
  const { scale, unit } = scaled(a);
  const first = m > tall * n ? reflected(unit) : null;
  const { diagonal, beside, left, right } = bidiagonal(first === null ? unit : upper(first.work));
  const vectors = wanted ? [leading(n, left.width), identity(n)] : [matrix(0, m), matrix(0, n)];
  if (wanted) {
    turnRows(vectors[0].data, left, true);
    turnRows(vectors[1].data, right, true);
  }
  const rotations = vectors.map(({ data, columns }) => (wanted ? new Rotations(data, columns) : null));
  diagonalise(diagonal, beside, rotations[0], rotations[1]);
  const order = Array.from(diagonal.keys()).sort((i, j) => Math.abs(diagonal[j]) - Math.abs(diagonal[i]));
  const s = Float64Array.from(order, (i) => Math.abs(diagonal[i]) * scale);
  if (!wanted) return { s, ut: vectors[0], vh: vectors[1] };
  const vh = rowsInOrder(vectors[1], order);
  for (const [i, from] of order.entries())
    if (diagonal[from] < 0) for (let j = i * n; j < (i + 1) * n; j++) vh.data[j] = -vh.data[j];
  const ut = rowsInOrder(vectors[0], order, m);
  if (first !== null) turnRows(ut.data, first.reflections, false);
  return { s, ut, vh };
}

/** The first rows of an identity matrix. */
function leading(rows: number, columns: number): Matrix {
  const out = matrix(rows, columns);
  for (let i = 0; i < rows; i++) out.data[i * columns + i] = 1;
  return out;
}

/** The square on and above the diagonal. */
function upper({ columns: n, data }: Matrix): Matrix {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data.set(data.subarray(i * n + i, (i + 1) * n), i * n + i);
  return out;
}
