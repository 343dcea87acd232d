/**
 * erf(x) = 2/√π ∫₀ˣ e^(−t²) dt and its relatives, in float64. No fitted constants: the coefficients come from the defining
 * series and continued fraction when the functions are first used.
 */

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** Coefficients of erf(x) / (2x/√π) = Σ (−1)ⁿ x²ⁿ / (n! (2n+1)), enough for |x| < 1. */
const series: readonly number[] = taylor(20);

function taylor(terms: number): number[] {
  const result: number[] = [];
  let factorial = 1;
  for (let n = 0; n < terms; n++) {
    if (n > 0) factorial *= -n;
    result.push(1 / (factorial * (2 * n + 1)));
  }
  return result;
}

function erfNearZero(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let n = series.length - 1; n >= 0; n--) sum = sum * square + series[n];
  return twoOverRootPi * x * sum;
}

/** e^(x²) erfc(x) by its continued fraction, for x >= 1 (Abramowitz and Stegun 7.1.14). */
function scaledByFraction(x: number): number {
  let tail = x;
  for (let n = 300; n >= 1; n--) tail = x + n / 2 / tail;
  return 1 / (Math.sqrt(Math.PI) * tail);
}

/**
 * Chebyshev coefficients of (x + 1) e^(x²) erfc(x) in s = (x − 4) / (x + 2), which takes x in [1, ∞) to [−1, 1): the
 * function is smooth there, with the limit 1/√π, and 28 coefficients reach 3e-15.
 */
let chebyshev: Float64Array | undefined;

function chebyshevOfScaled(): Float64Array {
  const count = 28;
  const result = new Float64Array(count);
  for (let node = 0; node < count; node++) {
    const angle = (Math.PI * (node + 0.5)) / count;
    const s = Math.cos(angle);
    const x = (4 + 2 * s) / (1 - s);
    const value = (x + 1) * scaledByFraction(x);
    for (let k = 0; k < count; k++) result[k] += ((k === 0 ? 1 : 2) / count) * value * Math.cos(k * angle);
  }
  return result;
}

function scaled(x: number): number {
  chebyshev ??= chebyshevOfScaled();
  const s = (x - 4) / (x + 2);
  let next = 0;
  let last = 0;
  for (let k = chebyshev.length - 1; k >= 1; k--) {
    const here = 2 * s * next - last + chebyshev[k];
    last = next;
    next = here;
  }
  return (s * next - last + chebyshev[0]) / (x + 1);
}

/** erfc for x >= 1. x² is split in two, since e^(−x²) magnifies its rounding by x² (up to 700). */
function tail(x: number): number {
  if (x > 28) return 0;
  const high = Math.fround(x);
  return scaled(x) * Math.exp(-high * high) * Math.exp((high - x) * (high + x));
}

/** The error function. */
export function erf(x: number): number {
  if (x > -1 && x < 1) return erfNearZero(x);
  if (x >= 1) return 1 - tail(x);
  return x <= -1 ? tail(-x) - 1 : Number.NaN;
}

/** 1 − erf(x), accurate where erf(x) is close to 1. */
export function erfc(x: number): number {
  if (x > -1 && x < 1) return 1 - erfNearZero(x);
  if (x >= 1) return tail(x);
  return x <= -1 ? 2 - tail(-x) : Number.NaN;
}

/** The inverse of erf: ±Infinity at ±1, NaN beyond. */
export function erfinv(y: number): number {
  const distance = 1 - Math.abs(y);
  if (!(distance >= 0)) return Number.NaN;
  if (y === 0) return y;
  if (distance === 0) return y * Number.POSITIVE_INFINITY;
  // Start: S. Winitzki, "A handy approximation for the error function and its inverse" (2008).
  const a = 0.147;
  const l = Math.log1p(-y * y);
  const half = 2 / (Math.PI * a) + l / 2;
  const target = Math.abs(y);
  // Its square root cancels for small y, where the slope at 0 is the better start.
  let x = target < 0.01 ? target / twoOverRootPi : Math.sqrt(Math.sqrt(half * half - l / a) - half);
  // Halley's method: f = erf(x) − y, f'' / f' = −2x. Beyond 1/2 in terms of erfc, whose values are not close to 1.
  for (let step = 0; step < 3; step++) {
    const error = target < 0.5 ? erf(x) - target : distance - erfc(x);
    const newton = error / (twoOverRootPi * Math.exp(-x * x));
    x -= newton / (1 + x * newton);
  }
  return y < 0 ? -x : x;
}
