/** Householder's reflections I - tau v vᵀ, of vectors that lie together. */

/** Sums of squares in between are exact to the last bits: nothing overflows, and what vanishes is too small to count. */
const least = 2 ** -900;

/** The length of elements from..until. */
export function length(x: Float64Array, from: number, until: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = from;
  for (; i + 4 <= until; i += 4) {
    s0 += x[i] * x[i];
    s1 += x[i + 1] * x[i + 1];
    s2 += x[i + 2] * x[i + 2];
    s3 += x[i + 3] * x[i + 3];
  }
  for (; i < until; i++) s0 += x[i] * x[i];
  const sum = s0 + s1 + (s2 + s3);
  if (sum > least && sum < Number.POSITIVE_INFINITY) return Math.sqrt(sum);
  let exact = 0;
  for (i = from; i < until; i++) exact = Math.hypot(exact, x[i]);
  return exact;
}

/**
 * Makes of elements from..until the v with (I - tau v vᵀ) x = beta e and v[from] = 1, with LAPACK's signs: beta has the opposite sign
 * of what was first; tau is 0 where nothing but 0 follows.
 */
export function reflection(v: Float64Array, from: number, until: number): { tau: number; beta: number } {
  const below = length(v, from + 1, until);
  const alpha = v[from];
  v[from] = 1;
  if (below === 0) return { tau: 0, beta: alpha };
  const total = Math.hypot(alpha, below);
  const beta = alpha >= 0 ? -total : total;
  const divisor = alpha - beta;
  for (let i = from + 1; i < until; i++) v[i] /= divisor;
  return { tau: (beta - alpha) / beta, beta };
}

/** What reflections take: rows of `v`, of `width` each; reflection k is 0 before element k + `shift`, where it is 1. */
export interface Reflections {
  readonly v: Float64Array;
  readonly tau: Float64Array;
  readonly width: number;
  readonly shift: number;
}

/**
 * Multiplies each row of `x`, of the reflections' width, by H₀ H₁ …, the last first; of `triangular` x reflection k has nothing to
 * do for rows before k + `shift`. Subtracting a reflection, a pass also multiplies by the next one.
 */
export function turnRows(x: Float64Array, { v, tau, width, shift }: Reflections, triangular: boolean): void {
  const rows = width === 0 ? 0 : x.length / width;
  const factors = new Float64Array(rows);
  for (let k = tau.length - 1; k >= 0; k--) {
    const before = Math.min(k + 1, tau.length - 1) * width;
    const first = k + shift;
    subtractAndMultiply(x, width, first, triangular ? first : 0, rows, factors, v, before, v, k * width, tau[k]);
  }
  if (tau.length > 0) subtractAndMultiply(x, width, shift, triangular ? shift : 0, rows, factors, v, 0, v, 0, 0);
}

/** a -= f uᵀ and sums += vᵀ a, of rows from..until and columns from `left` on, four rows at once. */
export function subtractAndSum(
  x: Float64Array,
  width: number,
  left: number,
  from: number,
  until: number,
  f: Float64Array,
  u: Float64Array,
  v: Float64Array,
  sums: Float64Array,
): void {
  let i = from;
  for (; i + 4 <= until; i += 4) {
    const f0 = f[i];
    const f1 = f[i + 1];
    const f2 = f[i + 2];
    const f3 = f[i + 3];
    const v0 = v[i];
    const v1 = v[i + 1];
    const v2 = v[i + 2];
    const v3 = v[i + 3];
    const r0 = i * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let j = left; j < width; j = (j + 1) | 0) {
      const each = u[j];
      const a0 = x[(r0 + j) | 0] - f0 * each;
      const a1 = x[(r1 + j) | 0] - f1 * each;
      const a2 = x[(r2 + j) | 0] - f2 * each;
      const a3 = x[(r3 + j) | 0] - f3 * each;
      x[(r0 + j) | 0] = a0;
      x[(r1 + j) | 0] = a1;
      x[(r2 + j) | 0] = a2;
      x[(r3 + j) | 0] = a3;
      sums[j] += v0 * a0 + v1 * a1 + (v2 * a2 + v3 * a3);
    }
  }
  for (; i < until; i++) {
    const row = i * width;
    for (let j = left; j < width; j++) {
      const a = x[row + j] - f[i] * u[j];
      x[row + j] = a;
      sums[j] += v[i] * a;
    }
  }
}

/** a -= f gᵀ + g fᵀ and sums += a v, of a symmetric matrix [n, n] from element `from` on, four rows at once. */
export function subtractPairAndSum(
  x: Float64Array,
  n: number,
  from: number,
  f: Float64Array,
  g: Float64Array,
  v: Float64Array,
  sums: Float64Array,
): void {
  let i = from;
  for (; i + 4 <= n; i += 4) {
    const f0 = f[i];
    const f1 = f[i + 1];
    const f2 = f[i + 2];
    const f3 = f[i + 3];
    const g0 = g[i];
    const g1 = g[i + 1];
    const g2 = g[i + 2];
    const g3 = g[i + 3];
    const v0 = v[i];
    const v1 = v[i + 1];
    const v2 = v[i + 2];
    const v3 = v[i + 3];
    const r0 = i * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    for (let j = from; j < n; j = (j + 1) | 0) {
      const p = f[j];
      const q = g[j];
      const a0 = x[(r0 + j) | 0] - (f0 * q + g0 * p);
      const a1 = x[(r1 + j) | 0] - (f1 * q + g1 * p);
      const a2 = x[(r2 + j) | 0] - (f2 * q + g2 * p);
      const a3 = x[(r3 + j) | 0] - (f3 * q + g3 * p);
      x[(r0 + j) | 0] = a0;
      x[(r1 + j) | 0] = a1;
      x[(r2 + j) | 0] = a2;
      x[(r3 + j) | 0] = a3;
      sums[j] += v0 * a0 + v1 * a1 + (v2 * a2 + v3 * a3);
    }
  }
  for (; i < n; i++) {
    const row = i * n;
    for (let j = from; j < n; j++) {
      const a = x[row + j] - (f[i] * g[j] + g[i] * f[j]);
      x[row + j] = a;
      sums[j] += v[i] * a;
    }
  }
}

/** a -= f wᵀ, and then f = tau a u, of rows from..until and columns from `left` on, four rows at once. */
export function subtractAndMultiply(
  x: Float64Array,
  width: number,
  left: number,
  from: number,
  until: number,
  f: Float64Array,
  w: Float64Array,
  atW: number,
  u: Float64Array,
  atU: number,
  tau: number,
): void {
  let i = from;
  for (; i + 4 <= until; i += 4) {
    const f0 = f[i];
    const f1 = f[i + 1];
    const f2 = f[i + 2];
    const f3 = f[i + 3];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    const r0 = i * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let j = left; j < width; j = (j + 1) | 0) {
      const each = w[(atW + j) | 0];
      const factor = u[(atU + j) | 0];
      const a0 = x[(r0 + j) | 0] - f0 * each;
      const a1 = x[(r1 + j) | 0] - f1 * each;
      const a2 = x[(r2 + j) | 0] - f2 * each;
      const a3 = x[(r3 + j) | 0] - f3 * each;
      x[(r0 + j) | 0] = a0;
      x[(r1 + j) | 0] = a1;
      x[(r2 + j) | 0] = a2;
      x[(r3 + j) | 0] = a3;
      s0 += a0 * factor;
      s1 += a1 * factor;
      s2 += a2 * factor;
      s3 += a3 * factor;
    }
    f[i] = tau * s0;
    f[i + 1] = tau * s1;
    f[i + 2] = tau * s2;
    f[i + 3] = tau * s3;
  }
  for (; i < until; i++) {
    const row = i * width;
    let sum = 0;
    for (let j = left; j < width; j++) {
      const a = x[row + j] - f[i] * w[(atW + j) | 0];
      x[row + j] = a;
      sum += a * u[(atU + j) | 0];
    }
    f[i] = tau * sum;
  }
}
