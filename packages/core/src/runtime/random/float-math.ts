/**
 * The float32 arithmetic of PyTorch's vectorised normal kernel: fused multiply-add, and the logarithm, sine and
 * cosine of the Cephes library (Moshier, single precision) with their products contracted into it.
 */

const fround = Math.fround;

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

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

const SMALLEST_NORMAL = 2 ** -126;
const SQRT_HALF = fround(Math.SQRT1_2);
// log(2) in two parts, so that exponent * LOG2_HIGH is exact.
const LOG2_HIGH = 0.693359375;
const LOG2_LOW = fround(-2.1219444e-4);

const L0 = fround(7.0376836292e-2);
const L1 = fround(-1.151461031e-1);
const L2 = fround(1.167699874e-1);
const L3 = fround(-1.2420140846e-1);
const L4 = fround(1.4249322787e-1);
const L5 = fround(-1.6668057665e-1);
const L6 = fround(2.0000714765e-1);
const L7 = fround(-2.4999993993e-1);
const L8 = fround(3.3333331174e-1);

/** Natural logarithm of a positive float32. */
export function log32(value: number): number {
  single[0] = Math.max(value, SMALLEST_NORMAL);
  let exponent = (singleBits[0] >>> 23) - 126;
  singleBits[0] = (singleBits[0] & 0x807fffff) | 0x3f000000;
  const mantissa = single[0]; // in [0.5, 1)
  let x = fround(mantissa - 1);
  if (mantissa < SQRT_HALF) {
    exponent -= 1;
    x = fround(x + mantissa);
  }
  const square = fround(x * x);
  let y = fma32(L0, x, L1);
  y = fma32(y, x, L2);
  y = fma32(y, x, L3);
  y = fma32(y, x, L4);
  y = fma32(y, x, L5);
  y = fma32(y, x, L6);
  y = fma32(y, x, L7);
  y = fma32(y, x, L8);
  y = fround(y * x);
  y = fma32(y, square, fround(exponent * LOG2_LOW));
  y = fma32(-square, 0.5, y);
  return fma32(exponent, LOG2_HIGH, fround(x + y));
}

const FOUR_OVER_PI = fround(4 / Math.PI);
// -pi/4 in three parts, each exact in a product with a small integer.
const PI_4_HIGH = -0.78515625;
const PI_4_MIDDLE = fround(-2.4187564849853515625e-4);
const PI_4_LOW = fround(-3.77489497744594108e-8);

const C0 = fround(2.443315711809948e-5);
const C1 = fround(-1.388731625493765e-3);
const C2 = fround(4.166664568298827e-2);
const S0 = fround(-1.9515295891e-4);
const S1 = fround(8.3321608736e-3);
const S2 = fround(-1.6666654611e-1);

/** Writes the sine and the cosine of a float32 angle >= 0 to `out[0]` and `out[1]`. */
export function sincos32(angle: number, out: Float32Array): void {
  const octant = (Math.trunc(fround(angle * FOUR_OVER_PI)) + 1) & ~1;
  let x = fma32(octant, PI_4_HIGH, angle);
  x = fma32(octant, PI_4_MIDDLE, x);
  x = fma32(octant, PI_4_LOW, x);
  const square = fround(x * x);

  let cosine = fma32(C0, square, C1);
  cosine = fma32(cosine, square, C2);
  cosine = fround(cosine * square);
  cosine = fround(fma32(cosine, square, -fround(square * 0.5)) + 1);

  let sine = fma32(S0, square, S1);
  sine = fma32(sine, square, S2);
  sine = fround(sine * square);
  sine = fma32(sine, x, x);

  const swap = (octant & 2) !== 0;
  const sinePart = swap ? cosine : sine;
  const cosinePart = swap ? sine : cosine;
  out[0] = (octant & 4) !== 0 ? -sinePart : sinePart;
  out[1] = ((octant - 2) & 4) === 0 ? -cosinePart : cosinePart;
}
