import { identity, type Matrix } from "./matrix.ts";
import { addRows, addRowsToPair } from "./rows.ts";

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

/** Columns that are eliminated before the others are touched. */
const PANEL = 4;
/** From so many rows on they are eliminated in a copy, in which columns lie together. */
const MANY = 24;

/** What eliminations of matrices of one size write to, batch after batch. */
export interface Workspace {
  readonly pivots: Float64Array;
  readonly order: Int32Array;
  /** Columns that lie together, where there are many rows. */
  readonly panel: Float64Array | null;
}

export function workspace(rows: number, columns: number): Workspace {
  return {
    pivots: new Float64Array(Math.min(rows, columns)),
    order: new Int32Array(rows),
    panel: rows < MANY ? null : new Float64Array(PANEL * rows),
  };
}

/** Gaussian elimination of a square matrix, in place. */
export function factorize(a: Matrix, space = workspace(a.rows, a.columns)): LU {
  const singular = eliminated(a, space);
  const { pivots, order } = space;
  for (let i = 0; i < order.length; i++) order[i] = i;
  let sign = 1;
  for (let k = 0; k < order.length; k++) {
    const other = pivots[k] - 1;
    if (other === k) continue;
    const row = order[k];
    order[k] = order[other];
    order[other] = row;
    sign = -sign;
  }
  return { lu: a, order, sign, singular };
}

/**
 * Partial pivoting of any matrix (Golub and Van Loan, Matrix Computations, algorithm 3.4.1), in place: L and U in one. Gives the
 * row that each row was exchanged with to `pivots`, and returns the first column whose pivot is zero, both counted from 1; 0
 * where there is none.
 */
export function eliminated({ rows, columns, data: u }: Matrix, { pivots, panel }: Workspace): number {
  let singular = 0;
  for (let first = 0; first < pivots.length; first += PANEL) {
    const end = Math.min(first + PANEL, pivots.length);
    if (panel !== null)
      for (let i = first; i < rows; i++)
        for (let k = first; k < end; k++) panel[(k - first) * rows + i] = u[i * columns + k];
    // Where the panel would begin if it had all rows; written as a negation, it could be -0, with which V8 computes in doubles.
    const zero =
      panel === null
        ? eliminatePanel(u, 0, columns, 1, first, end, rows, pivots)
        : eliminatePanel(panel, 0 - first * rows, 1, rows, first, end, rows, pivots);
    if (singular === 0) singular = zero;
    for (let k = first; k < end; k++) {
      const other = pivots[k] - 1;
      if (other === k) continue;
      exchange(u, k * columns, other * columns, 0, first);
      exchange(u, k * columns, other * columns, end, columns);
    }
    if (panel !== null)
      for (let i = first; i < rows; i++)
        for (let k = first; k < end; k++) u[i * columns + k] = panel[(k - first) * rows + i];
    for (let i = first + 1; i < end; i++)
      addRows(u, i * columns, u, columns, end, columns, first, i, u, i * columns, 1, -1);
    let i = end;
    for (; i + 2 <= rows; i += 2) {
      const row = i * columns;
      addRowsToPair(u, row, row + columns, u, columns, end, columns, first, end, u, row, row + columns, 1, -1);
    }
    if (i < rows) addRows(u, i * columns, u, columns, end, columns, first, end, u, i * columns, 1, -1);
  }
  return singular;
}

/** Eliminates columns first..end, in which element (i, k) lies at `base + i * down + k * across`; the first whose pivot is zero. */
function eliminatePanel(
  x: Float64Array,
  base: number,
  down: number,
  across: number,
  first: number,
  end: number,
  rows: number,
  pivots: Float64Array,
): number {
  let singular = 0;
  for (let k = first; k < end; k++) {
    const column = base + k * across;
    const top = column + k * down;
    const bottom = column + rows * down;
    let best = top;
    let largest = Math.abs(x[top]);
    for (let i = top + down; i < bottom; i += down) {
      const size = Math.abs(x[i]);
      if (size > largest) {
        largest = size;
        best = i;
      }
    }
    pivots[k] = (best - column) / down + 1;
    const pivot = x[best];
    if (pivot === 0) {
      if (singular === 0) singular = k + 1;
      continue;
    }
    if (best !== top)
      for (let j = first - k; j < end - k; j++) {
        const swapped = x[top + j * across];
        x[top + j * across] = x[best + j * across];
        x[best + j * across] = swapped;
      }
    for (let i = top + down; i < bottom; i += down) x[i] /= pivot;
    for (let j = 1; j < end - k; j++) {
      const right = j * across;
      const factor = x[top + right];
      for (let i = top + down; i < bottom; i += down) x[i + right] -= x[i] * factor;
    }
  }
  return singular;
}

/** Exchanges elements from..until of two rows. */
function exchange(x: Float64Array, one: number, other: number, from: number, until: number): void {
  for (let j = from; j < until; j++) {
    const swapped = x[one + j];
    x[one + j] = x[other + j];
    x[other + j] = swapped;
  }
}

/** Writes to `x` X with A X = B. */
export function solveWith({ lu, order }: LU, b: Matrix, x: Float64Array): Float64Array {
  const n = lu.rows;
  const width = b.columns;
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) x[i * width + j] = b.data[order[i] * width + j];
  eliminate(lu, x, width, { upper: false, unit: true });
  eliminate(lu, x, width, { upper: true, unit: false });
  return x;
}

interface Side {
  /** Which triangle counts. */
  readonly upper: boolean;
  /** Whether its diagonal is taken as 1. */
  readonly unit: boolean;
}

/** From so many columns on, rows of X are subtracted from each other; else each column is solved alone. */
const WIDE = 6;

/** Substitution, in place, with one triangle of `t`: `x` [n, width] becomes T⁻¹ x. */
export function eliminate(t: Matrix, x: Float64Array, width: number, { upper, unit }: Side): void {
  if (width >= WIDE) eliminateRows(t, x, width, upper, unit, false);
  else if (width === 1) eliminateColumn(t, x, upper, unit);
  else {
    const column = new Float64Array(t.rows);
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < t.rows; i++) column[i] = x[i * width + j];
      eliminateColumn(t, column, upper, unit);
      for (let i = 0; i < t.rows; i++) x[i * width + j] = column[i];
    }
  }
}

/** Of one column: products of rows of `t` with it, in four sums that do not wait for each other. */
function eliminateColumn({ rows: n, data: t }: Matrix, x: Float64Array, upper: boolean, unit: boolean): void {
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const row = i * n;
    const until = upper ? n : i;
    let k = upper ? i + 1 : 0;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (; k + 4 <= until; k += 4) {
      s0 += t[row + k] * x[k];
      s1 += t[row + k + 1] * x[k + 1];
      s2 += t[row + k + 2] * x[k + 2];
      s3 += t[row + k + 3] * x[k + 3];
    }
    for (; k < until; k++) s0 += t[row + k] * x[k];
    const rest = x[i] - (s0 + s1 + (s2 + s3));
    x[i] = unit ? rest : rest / t[row + i];
  }
}

/** Two rows at once; what is on the other side of the diagonal is 0, and stays, if x is `triangular` as `t` is. */
function eliminateRows(
  t: Matrix,
  x: Float64Array,
  width: number,
  upper: boolean,
  unit: boolean,
  triangular: boolean,
): void {
  const { rows: n, data } = t;
  for (let step = 0; step < n; step += 2) {
    // Row `i` before `j`, which there may not be.
    const i = upper ? n - 1 - step : step;
    const j = upper ? i - 1 : i + 1;
    const [from, until] = upper ? [i + 1, n] : [0, i];
    const [left, right] = triangular ? (upper ? [i, width] : [0, i + 1]) : [0, width];
    if (step + 1 < n)
      addRowsToPair(x, i * width, j * width, x, width, left, right, from, until, data, i * n, j * n, 1, -1);
    else addRows(x, i * width, x, width, left, right, from, until, data, i * n, 1, -1);
    if (!unit) divide(x, i * width, left, right, data[i * n + i]);
    if (step + 1 === n) break;
    addRows(x, j * width, x, width, left, right, i, i + 1, data, j * n, 1, -1);
    if (!unit)
      divide(x, j * width, triangular && upper ? j : left, triangular && !upper ? j + 1 : right, data[j * n + j]);
  }
}

function divide(x: Float64Array, start: number, left: number, right: number, divisor: number): void {
  for (let j = left; j < right; j++) x[start + j] /= divisor;
}

/** Writes to `x` A⁻¹: U⁻¹ L⁻¹, its columns in the order of A's rows. */
export function inverse({ lu, order }: LU, x = new Float64Array(lu.data.length)): Float64Array {
  const n = lu.rows;
  x.fill(0);
  for (let i = 0; i < n; i++) x[i * n + i] = 1;
  eliminateRows(lu, x, n, false, true, true);
  eliminateRows(lu, x, n, true, false, false);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) row[order[j]] = x[i * n + j];
    for (let j = 0; j < n; j++) x[i * n + j] = row[j];
  }
  return x;
}

export function triangularInverse(t: Matrix, upper: boolean, unit = false): Matrix {
  const out = identity(t.rows);
  eliminateRows(t, out.data, t.rows, upper, unit, true);
  return out;
}
