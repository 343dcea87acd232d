import { type Matrix, matrix } from "./matrix.ts";

/**
 * Lower L with L Lᵀ = A, of which the lower triangle is read; or the order of the first leading minor that is not
 * positive (Golub and Van Loan, Matrix Computations, algorithm 4.2.1).
 */
export function choleskyFactor(a: Matrix): Matrix | number {
  const n = a.rows;
  const out = matrix(n, n);
  const l = out.data;
  const x = a.data;
  for (let j = 0; j < n; j++) {
    const row = j * n;
    for (let i = j; i < n; i += 4) {
      // Four rows at once, whose sums do not wait for each other.
      const first = i * n;
      const second = i + 1 < n ? first + n : row;
      const third = i + 2 < n ? second + n : row;
      const fourth = i + 3 < n ? third + n : row;
      let a0 = x[first + j];
      let a1 = x[second + j];
      let a2 = x[third + j];
      let a3 = x[fourth + j];
      for (let k = 0; k < j; k++) {
        const factor = l[row + k];
        a0 -= l[first + k] * factor;
        a1 -= l[second + k] * factor;
        a2 -= l[third + k] * factor;
        a3 -= l[fourth + k] * factor;
      }
      l[first + j] = a0;
      if (i + 1 < n) l[second + j] = a1;
      if (i + 2 < n) l[third + j] = a2;
      if (i + 3 < n) l[fourth + j] = a3;
    }
    const square = l[row + j];
    if (!(square > 0)) return j + 1;
    const pivot = Math.sqrt(square);
    l[row + j] = pivot;
    for (let i = j + 1; i < n; i++) l[i * n + j] /= pivot;
  }
  return out;
}
