/** Results as what other ones must be close to. */
import type { Outcome, Result } from "./outcome.ts";

const isList = (result: Result): result is readonly Result[] => Array.isArray(result);

/** A number of floating point that may differ in its last digits. */
class Near {
  readonly value: number;
  readonly digits: number;

  constructor(value: number, digits: number) {
    this.value = value;
    this.digits = digits;
  }

  asymmetricMatch(other: unknown): boolean {
    return typeof other === "number" && Math.abs(other - this.value) <= this.digits * Math.max(1, Math.abs(this.value));
  }

  toString(): string {
    return `about ${this.value}`;
  }
}

/** By how much floats of a dtype may differ, relative to the larger of 1 and their size. */
export const precision: Readonly<Record<string, number>> = { float16: 1e-3, float32: 2e-5, float64: 1e-9 };

/** Functions of two engines may differ in the last bits; what is no float, and what is not finite, must be equal. */
function close(result: Result): unknown {
  if (result === null || typeof result !== "object") return result;
  if (isList(result)) return result.map(close);
  if (!result.dtype.startsWith("float")) return result;
  const digits = precision[result.dtype];
  return { ...result, values: result.values.map((v) => (Number.isFinite(v) ? new Near(v, digits) : v)) };
}

export function closeTo(outcome: Outcome): unknown {
  return "error" in outcome ? outcome : { results: close(outcome.results) };
}
