import { identity, type Matrix, matrix } from "./matrix.ts";

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

/** Gaussian elimination with partial pivoting (Golub and Van Loan, Matrix Computations, algorithm 3.4.1). */
export function factorize(a: Matrix): LU {
  const n = a.rows;
  const u = a.data.slice();
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  let singular = 0;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(u[i * n + k]) > Math.abs(u[best * n + k])) best = i;
    if (u[best * n + k] === 0) {
      if (singular === 0) singular = k + 1;
      continue;
    }
    if (best !== k) {
      for (let j = 0; j < n; j++) [u[k * n + j], u[best * n + j]] = [u[best * n + j], u[k * n + j]];
      [order[k], order[best]] = [order[best], order[k]];
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = u[i * n + k] / u[k * n + k];
      u[i * n + k] = factor;
      if (factor !== 0) for (let j = k + 1; j < n; j++) u[i * n + j] -= factor * u[k * n + j];
    }
  }
  return { lu: matrix(n, n, u), order, sign, singular };
}

/**
 * Partial pivoting of any matrix: L and U in one, the row that each row was exchanged with, and the first column whose pivot
 * is zero, both counted from 1; 0 where there is none.
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
  for (let k = 0; k < pivots.length; k++) {
    let best = k;
    for (let i = k + 1; i < rows; i++) if (Math.abs(u[i * columns + k]) > Math.abs(u[best * columns + k])) best = i;
    pivots[k] = best + 1;
    if (u[best * columns + k] === 0) {
      if (singular === 0) singular = k + 1;
      continue;
    }
    if (best !== k)
      for (let j = 0; j < columns; j++)
        [u[k * columns + j], u[best * columns + j]] = [u[best * columns + j], u[k * columns + j]];
    for (let i = k + 1; i < rows; i++) {
      const factor = u[i * columns + k] / u[k * columns + k];
      u[i * columns + k] = factor;
      if (factor !== 0) for (let j = k + 1; j < columns; j++) u[i * columns + j] -= factor * u[k * columns + j];
    }
  }
  return { lu: matrix(rows, columns, u), pivots, singular };
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
    for (let k = upper ? i + 1 : 0; k < (upper ? n : i); k++) {
      const factor = t.data[i * n + k];
      if (factor !== 0) for (let j = 0; j < width; j++) x[i * width + j] -= factor * x[k * width + j];
    }
    if (!unit) for (let j = 0; j < width; j++) x[i * width + j] /= t.data[i * n + i];
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
