/**
 * Python's `{:.4f}` and `{:.4e}`. JavaScript's own methods round the exact binary value too, but ties upwards where
 * Python rounds them to the even digit, and they write short exponents and refuse some sizes.
 */

/** Where JavaScript's toFixed turns to exponents. Every float64 from here on is an integer. */
const FIXED_LIMIT = 1e21;
/** The most digits that toFixed and toExponential take. */
export const MAX_PRECISION = 100;

/**
 * A number with `digits` decimals.
 *
 * @example formatFixed(0.03125, 4) // "0.0312"
 */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size >= FIXED_LIMIT) return `${sign}${BigInt(size)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  const text = size.toFixed(digits);
  return sign + (isTie(size, digits) ? toEvenDigit(text) : text);
}

/**
 * A number in scientific notation with `digits` decimals and at least two digits of exponent.
 *
 * @example formatExponential(1e-5, 4) // "1.0000e-05"
 */
export function formatExponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  const [mantissa, exponentText] = size.toExponential(digits).split("e");
  const exponent = Number(exponentText);
  const rounded = size > 0 && isTie(size, digits - exponent) ? toEvenDigit(mantissa) : mantissa;
  return sign + rounded + pythonExponent(exponent);
}

/** `e-05` */
export function pythonExponent(power: number): string {
  return `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** NaN or an infinity. */
export function nonFinite(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

/** Whether a positive number lies exactly half way between two multiples of 10^-digits. */
function isTie(size: number, digits: number): boolean {
  if (digits >= 0) {
    // size * 2 * 10^digits is an odd integer exactly if size * 2^(digits + 1) is one, because 5^digits is odd and size
    // a binary fraction.
    const doubled = size * 2 ** (digits + 1);
    return doubled % 2 === 1;
  }
  if (!Number.isInteger(size)) return false;
  const unit = 10n ** BigInt(-digits);
  const doubled = 2n * BigInt(size);
  return doubled % unit === 0n && (doubled / unit) % 2n === 1n;
}

/** Undoes an upward rounding to an odd last digit; such a digit is at least 1, so nothing borrows. */
function toEvenDigit(text: string): string {
  const last = Number(text.at(-1));
  return last % 2 === 1 ? `${text.slice(0, -1)}${last - 1}` : text;
}
