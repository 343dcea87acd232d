import { type Matrix, matrix } from "./matrix.ts";

/** A = L D Lᵀ up to exchanges of rows and columns, D of blocks of one or two rows. */
export interface LDL {
  /** D on the diagonal (and below it where a block has two rows), L's columns below; 0 above. */
  readonly ld: Matrix;
  /** The row that each row was exchanged with, from 1; negative, and twice, for a block of two rows. */
  readonly pivots: Float64Array;
  /** The first column that is zero, from 1; 0 where there is none. */
  readonly singular: number;
}

/** The bound on growth that the choice between blocks of one and two rows rests on. */
const alpha = (1 + Math.sqrt(17)) / 8;

/** Bunch and Kaufman (1977), of which the lower triangle is read: the pivots that LAPACK's `sytf2` chooses. */
export function ldl(a: Matrix): LDL {
  const n = a.rows;
  const x = a.data.slice();
  for (let i = 0; i < n; i++) x.fill(0, i * n + i + 1, (i + 1) * n);
  const at = (i: number, j: number): number => x[i * n + j];
  const swap = (p: number, q: number): void => {
    [x[p], x[q]] = [x[q], x[p]];
  };
  const pivots = new Float64Array(n);
  let singular = 0;
  for (let k = 0; k < n; ) {
    let largest = k + 1;
    for (let i = k + 2; i < n; i++) if (Math.abs(at(i, k)) > Math.abs(at(largest, k))) largest = i;
    const inColumn = k + 1 < n ? Math.abs(at(largest, k)) : 0;
    const own = Math.abs(at(k, k));
    let [pivot, size] = [k, 1];
    if (Math.max(own, inColumn) === 0 || Number.isNaN(own)) {
      if (singular === 0) singular = k + 1;
      pivots[k] = k + 1;
      k++;
      continue;
    }
    if (own < alpha * inColumn) {
      let inRow = 0;
      for (let j = k; j < largest; j++) inRow = Math.max(inRow, Math.abs(at(largest, j)));
      for (let i = largest + 1; i < n; i++) inRow = Math.max(inRow, Math.abs(at(i, largest)));
      if (own < alpha * inColumn * (inColumn / inRow)) {
        pivot = largest;
        if (Math.abs(at(largest, largest)) < alpha * inRow) size = 2;
      }
    }
    const place = k + size - 1;
    if (pivot !== place) {
      for (let i = pivot + 1; i < n; i++) swap(i * n + place, i * n + pivot);
      for (let i = place + 1; i < pivot; i++) swap(i * n + place, pivot * n + i);
      swap(place * n + place, pivot * n + pivot);
      if (size === 2) swap((k + 1) * n + k, pivot * n + k);
    }
    if (size === 1) {
      const d = 1 / at(k, k);
      for (let j = k + 1; j < n; j++) {
        const factor = d * at(j, k);
        for (let i = j; i < n; i++) x[i * n + j] -= at(i, k) * factor;
      }
      for (let i = k + 1; i < n; i++) x[i * n + k] *= d;
    } else eliminatePair(x, n, k);
    pivots.fill(size === 1 ? pivot + 1 : -(pivot + 1), k, k + size);
    k += size;
  }
  return { ld: matrix(n, n, x), pivots, singular };
}

/** Subtracts what the block of rows k and k + 1 explains, and leaves its columns of L. */
function eliminatePair(x: Float64Array, n: number, k: number): void {
  const off = x[(k + 1) * n + k];
  const [first, second] = [x[(k + 1) * n + k + 1] / off, x[k * n + k] / off];
  const scale = 1 / (first * second - 1) / off;
  for (let j = k + 2; j < n; j++) {
    const left = scale * (first * x[j * n + k] - x[j * n + k + 1]);
    const right = scale * (second * x[j * n + k + 1] - x[j * n + k]);
    for (let i = j; i < n; i++) x[i * n + j] -= x[i * n + k] * left + x[i * n + k + 1] * right;
    x[j * n + k] = left;
    x[j * n + k + 1] = right;
  }
}

/** X with A X = B, of what `ldl` gives for A. */
export function solveLdl({ data: x, rows: n }: Matrix, pivots: ArrayLike<number>, b: Matrix): Float64Array {
  const width = b.columns;
  const out = b.data.slice();
  /** Row `i` less a multiple of row `j`. */
  const take = (i: number, j: number, factor: number): void => {
    for (let c = 0; c < width; c++) out[i * width + c] -= factor * out[j * width + c];
  };
  const exchange = (i: number, j: number): void => {
    if (i === j) return;
    for (let c = 0; c < width; c++) [out[i * width + c], out[j * width + c]] = [out[j * width + c], out[i * width + c]];
  };
  for (let k = 0; k < n; ) {
    const size = pivots[k] > 0 ? 1 : 2;
    exchange(k + size - 1, Math.abs(pivots[k]) - 1);
    for (let i = k + size; i < n; i++) for (let j = k; j < k + size; j++) take(i, j, x[i * n + j]);
    if (size === 1) for (let c = 0; c < width; c++) out[k * width + c] /= x[k * n + k];
    else {
      const off = x[(k + 1) * n + k];
      const [first, second] = [x[k * n + k] / off, x[(k + 1) * n + k + 1] / off];
      const scale = first * second - 1;
      for (let c = 0; c < width; c++) {
        const [p, q] = [out[k * width + c] / off, out[(k + 1) * width + c] / off];
        out[k * width + c] = (second * p - q) / scale;
        out[(k + 1) * width + c] = (first * q - p) / scale;
      }
    }
    k += size;
  }
  for (let k = n - 1; k >= 0; ) {
    const size = pivots[k] > 0 ? 1 : 2;
    const top = k - size + 1;
    for (let i = k + 1; i < n; i++) for (let j = top; j <= k; j++) take(j, i, x[i * n + j]);
    exchange(k, Math.abs(pivots[k]) - 1);
    k -= size;
  }
  return out;
}
