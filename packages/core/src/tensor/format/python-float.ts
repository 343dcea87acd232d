import { nonFinite, pythonExponent } from "./decimal.ts";

/** A number as Python prints a float: `1.0`, `1e-05`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e");
    return digits + pythonExponent(Number(exponent));
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
