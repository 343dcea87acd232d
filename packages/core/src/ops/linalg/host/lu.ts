import { identity, type Matrix, matrix } from "./matrix.ts";
import { addRows } from "./rows.ts";

/** P A = L U with unit lower L and upper U in one matrix. */
export interface LU {
  readonly lu: Matrix;
  /** Row i of P A is row `order[i]` of A. */
  readonly order: Int32Array;
  /** Determinant of P. */
  readonly sign: number;
  /** The first column whose pivot is zero, counted from 1; 0 for a regular matrix. */
  readonly singular: number;
}

/** Gaussian elimination of a square matrix. */
export function factorize(a: Matrix): LU {
  const { lu, pivots, singular } = eliminated(a);
  const order = Int32Array.from(pivots, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < order.length; k++) {
    const other = pivots[k] - 1;
    if (other === k) continue;
    const row = order[k];
    order[k] = order[other];
    order[other] = row;
    sign = -sign;
  }
  return { lu, order, sign, singular };
}

/** Columns that are eliminated before the others are touched. */
const PANEL = 4;

/**
 * Partial pivoting of any matrix (Golub and Van Loan, Matrix Computations, algorithm 3.4.1): L and U in one, the row that each
 * row was exchanged with, and the first column whose pivot is zero, both counted from 1; 0 where there is none.
 */
export function eliminated(a: Matrix): {
  readonly lu: Matrix;
  readonly pivots: Float64Array;
  readonly singular: number;
} {
  const { rows, columns } = a;
  const u = a.data.slice();
  const pivots = new Float64Array(Math.min(rows, columns));
  let singular = 0;
  for (let first = 0; first < pivots.length; first += PANEL) {
    const end = Math.min(first + PANEL, pivots.length);
    for (let k = first; k < end; k++) {
      let best = k;
      for (let i = k + 1; i < rows; i++) if (Math.abs(u[i * columns + k]) > Math.abs(u[best * columns + k])) best = i;
      pivots[k] = best + 1;
      const pivot = u[best * columns + k];
      if (pivot === 0) {
        if (singular === 0) singular = k + 1;
        continue;
      }
      if (best !== k) exchange(u, columns, k, best);
      for (let i = k + 1; i < rows; i++) {
        const factor = u[i * columns + k] / pivot;
        u[i * columns + k] = factor;
        if (factor !== 0) for (let j = k + 1; j < end; j++) u[i * columns + j] -= factor * u[k * columns + j];
      }
    }
    for (let i = first + 1; i < rows; i++)
      addRows(u, i * columns, u, columns, end, first, Math.min(i, end), u, i * columns, -1);
  }
  return { lu: matrix(rows, columns, u), pivots, singular };
}

function exchange(x: Float64Array, width: number, i: number, j: number): void {
  const row = x.slice(i * width, (i + 1) * width);
  x.copyWithin(i * width, j * width, (j + 1) * width);
  x.set(row, j * width);
}

/** X with A X = B. */
export function solveWith({ lu, order }: LU, b: Matrix): Matrix {
  const n = lu.rows;
  const width = b.columns;
  const x = new Float64Array(n * width);
  for (let i = 0; i < n; i++) x.set(b.data.subarray(order[i] * width, (order[i] + 1) * width), i * width);
  eliminate(lu, x, width, { upper: false, unit: true });
  eliminate(lu, x, width, { upper: true, unit: false });
  return matrix(n, width, x);
}

/** Substitution, in place, with one triangle of `t` (its diagonal taken as 1 if `unit`). */
export function eliminate(
  t: Matrix,
  x: Float64Array,
  width: number,
  { upper, unit }: { upper: boolean; unit: boolean },
): void {
  const n = t.rows;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    addRows(x, i * width, x, width, 0, upper ? i + 1 : 0, upper ? n : i, t.data, i * n, -1);
    if (unit) continue;
    const pivot = t.data[i * n + i];
    for (let j = i * width; j < (i + 1) * width; j++) x[j] /= pivot;
  }
}

export function inverse(lu: LU): Matrix {
  return solveWith(lu, identity(lu.lu.rows));
}

export function triangularInverse(t: Matrix, upper: boolean, unit = false): Matrix {
  const out = identity(t.rows);
  eliminate(t, out.data, t.rows, { upper, unit });
  return out;
}
