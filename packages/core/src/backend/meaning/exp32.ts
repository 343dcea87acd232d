const fround = Math.fround;

/** Coefficients of (e^s − 1 − s) / s² on |s| ≤ ln 2 / 2, highest power first, as SLEEF publishes them for its `expf`. */
const c6 = fround(0.000198527617612853646278381);
const c5 = fround(0.00139304355252534151077271);
const c4 = fround(0.00833336077630519866943359);
const c3 = fround(0.0416664853692054748535156);
const c2 = fround(0.166666671633720397949219);
const log2e = fround(Math.LOG2E);
/** ln 2 in two parts, so that q · ln 2 loses nothing. */
const ln2High = fround(0.693145751953125);
const ln2Low = fround(1.428606765330187045e-6);

/** Adding it rounds a float32 of moderate size to an integer, half to even. */
const toInteger = 1.5 * 2 ** 23;

const largestPower = 160;
const powersOfTwo = Float64Array.from({ length: 2 * largestPower + 1 }, (_, i) => 2 ** (i - largestPower));

/**
 * e^x of a float32 in float32 arithmetic with fused multiply-adds, as PyTorch's vectorised CPU kernel computes it
 * (within 1 ulp): so that prints agree where a correctly rounded result would differ in the last digit shown.
 * The product of two float32 is exact in float64, which makes `fround(a * b + c)` the fused operation.
 */
export function exp32(x: number): number {
  if (!(x >= -104)) return x < -104 ? 0 : x;
  if (x > 100) return Number.POSITIVE_INFINITY;
  const q = fround(fround(x * log2e) + toInteger) - toInteger;
  const s = fround(fround(x - q * ln2High) - q * ln2Low);
  let u = fround(c6 * s + c5);
  u = fround(u * s + c4);
  u = fround(u * s + c3);
  u = fround(u * s + c2);
  u = fround(u * s + 0.5);
  u = fround(1 + fround(fround(s * s) * u + s));
  return fround(u * powersOfTwo[q + largestPower]);
}
