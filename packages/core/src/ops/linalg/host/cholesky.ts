import { type Matrix, matrix } from "./matrix.ts";

/**
 * Lower L with L Lᵀ = A, of which the lower triangle is read; or the order of the first leading minor that is not
 * positive (Golub and Van Loan, Matrix Computations, algorithm 4.2.1).
 */
export function choleskyFactor(a: Matrix): Matrix | number {
  const n = a.rows;
  const out = matrix(n, n);
  const l = out.data;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a.data[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i > j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[j * n + j] = Math.sqrt(sum);
      else return j + 1;
    }
  }
  return out;
}
