/**
 * The float32 arithmetic of PyTorch's vectorised normal kernel: fused multiply-add, and the logarithm, sine and
 * cosine of the Cephes library (Moshier, single precision) with their products contracted into it. These take arrays, so
 * that no step waits for the one before it.
 */

const fround = Math.fround;

/** a * b + c for float32 operands, rounded once to float32. */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b; // exact: 24 + 24 bits
  const sum = product + c;
  const rounded = fround(sum);
  if (sum === rounded) return rounded;
  // The float64 sum hides a rounding only where it lies exactly between two float32: then its own error decides.
  const other = 2 * sum - rounded;
  if (fround(other) !== other) return rounded;
  const error = sumError(product, c, sum);
  if (error === 0 || !Number.isFinite(rounded)) return rounded;
  return error > 0 === other > rounded ? other : rounded;
}

/** a * b + c in float64, with the product's rounding error compensated. */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const compensated = sum + (sumError(product, c, sum) + productError(a, b, product));
  // Splitting overflows near the top of the range; there the plain result stands.
  return Number.isFinite(compensated) ? compensated : sum;
}

/** (a + b) - sum, exactly, where sum is a + b rounded (Knuth). */
function sumError(a: number, b: number, sum: number): number {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

/** a * b - product, exactly, where product is a * b rounded (Dekker). */
function productError(a: number, b: number, product: number): number {
  const splitter = 2 ** 27 + 1;
  const aHigh = a * splitter - (a * splitter - a);
  const aLow = a - aHigh;
  const bHigh = b * splitter - (b * splitter - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** The most elements that `log32` and `sincos32` take. */
export const MOST_AT_ONCE = 512;

// Of the elements at hand. Low words come first.
const sums = new Float64Array(MOST_AT_ONCE);
const sumWords = new Int32Array(sums.buffer);
const exponents = new Float32Array(MOST_AT_ONCE);
const arguments32 = new Float32Array(MOST_AT_ONCE);
const octants = new Int32Array(MOST_AT_ONCE);
const squares = new Float32Array(MOST_AT_ONCE);
const polynomials = [new Float32Array(MOST_AT_ONCE), new Float32Array(MOST_AT_ONCE)] as const;

/** The polynomial with these coefficients, the highest first, of the first `count` elements of `x`; overwritten by the next. */
function polynomial(coefficients: readonly number[], x: Float32Array, count: number): Float32Array {
  let [y, next] = polynomials;
  y.fill(coefficients[0], 0, count);
  for (let k = 1; k < coefficients.length; k++) {
    multiplyAdd(next, y, x, coefficients[k], count);
    [y, next] = [next, y];
  }
  return y;
}

/** a * b + c, each as `fma32`, of normal float32 results; `out` is another array. */
function multiplyAdd(out: Float32Array, a: Float32Array, b: Float32Array, c: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const sum = a[i] * b[i] + c;
    sums[i] = sum;
    out[i] = sum;
  }
  // Sums halfway between two float32, of which there are hardly any.
  for (let i = 0; i < count; i++) if ((sumWords[2 * i] & 0x1fffffff) === 0x10000000) out[i] = fma32(a[i], b[i], c);
}

/** The fraction bits of the root of 1/2. */
const SQRT_HALF_FRACTION = 0x3504f3;
// log(2) in two parts, so that exponent * LOG2_HIGH is exact.
const LOG2_HIGH = 0.693359375;
const LOG2_LOW = fround(-2.1219444e-4);

const logarithm = [
  ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1],
  ...[2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
].map(fround);

/** Replaces the first `count` elements, float32 in [2^-24, 1], by their natural logarithms. */
export function log32(values: Float32Array<ArrayBuffer>, count: number): void {
  const words = new Int32Array(values.buffer, values.byteOffset, count);
  for (let i = 0; i < count; i++) {
    const word = words[i];
    const fraction = word & 0x7fffff;
    words[i] = fraction | 0x3f000000;
    const mantissa = values[i]; // in [0.5, 1)
    // 1 where the mantissa is below the root of 1/2, else 0: random numbers leave a processor to guess where to branch.
    const low = (fraction - SQRT_HALF_FRACTION) >>> 31;
    exponents[i] = (word >>> 23) - 126 - low;
    const x = mantissa - 1 + low * mantissa;
    arguments32[i] = x;
    squares[i] = x * x;
  }
  const y = polynomial(logarithm, arguments32, count);
  for (let i = 0; i < count; i++) {
    const x = arguments32[i];
    const square = squares[i];
    const exponent = exponents[i];
    const z = fma32(fround(y[i] * x), square, fround(exponent * LOG2_LOW));
    // Products of few bits are exact, so that a float64 sum rounds as a fused one.
    values[i] = exponent * LOG2_HIGH + fround(x + fround(z - 0.5 * square));
  }
}

const FOUR_OVER_PI = fround(4 / Math.PI);
// -pi/4 in three parts, of which the first two are exact in a product with a small integer.
const PI_4_HIGH = -0.78515625;
const PI_4_MIDDLE = fround(-2.4187564849853515625e-4);
const PI_4_LOW = fround(-3.77489497744594108e-8);

const cosine = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround);
const sine = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround);

/** The sines and cosines of the first `count` angles, float32 in [0, 2 pi]. */
export function sincos32(angles: Float32Array, sines: Float32Array, cosines: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const angle = angles[i];
    const octant = ((fround(angle * FOUR_OVER_PI) | 0) + 1) & ~1;
    const x = fma32(octant, PI_4_LOW, fround(octant * PI_4_MIDDLE + fround(octant * PI_4_HIGH + angle)));
    octants[i] = octant;
    arguments32[i] = x;
    squares[i] = x * x;
  }
  const even = polynomial(cosine, squares, count);
  for (let i = 0; i < count; i++) {
    const square = squares[i];
    cosines[i] = fround(fma32(fround(even[i] * square), square, -fround(square * 0.5))) + 1;
  }
  const odd = polynomial(sine, squares, count);
  for (let i = 0; i < count; i++) {
    const x = arguments32[i];
    const octant = octants[i];
    const s = fma32(fround(odd[i] * squares[i]), x, x);
    const swap = (octant >> 1) & 1;
    sums[swap] = s;
    sums[1 - swap] = cosines[i];
    sines[i] = sums[0] * (1 - ((octant & 4) >> 1));
    cosines[i] = sums[1] * ((((octant - 2) & 4) >> 1) - 1);
  }
}
