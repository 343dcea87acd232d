import type { Outcome, Result, Values } from "./outcome.ts";

/** How far floats may be from each other, relative to numbers above 1: functions of two engines differ in their last bits. */
const precision: Readonly<Record<string, number>> = { float16: 1e-3, float32: 2e-5, float64: 1e-9 };

const isList = (result: Result): result is readonly Result[] => Array.isArray(result);
const isValues = (result: Result): result is Values => typeof result === "object" && result !== null && !isList(result);

/**
 * How an outcome differs from the one that is wanted, or null. Errors are the same if their names are.
 *
 * @param how "close": floats may differ in their last digits, those that are not finite not; "equal": in nothing.
 */
export function differs(got: Outcome, want: Outcome, how: "close" | "equal"): string | null {
  if ("error" in want || "error" in got) {
    const [a, b] = [got, want].map((one) => ("error" in one ? one.error : "results"));
    return a === b ? null : `expected ${b}, got ${a}${"error" in got ? `: ${got.message}` : ""}`;
  }
  return resultDiffers(got.results, want.results, how);
}

function resultDiffers(got: Result, want: Result, how: "close" | "equal"): string | null {
  if (isList(want)) {
    if (!isList(got) || got.length !== want.length) return `expected ${want.length} results, got ${text(got)}`;
    return want.map((one, i) => resultDiffers(got[i], one, how)).find((difference) => difference !== null) ?? null;
  }
  if (!isValues(want)) return Object.is(got, want) ? null : `expected ${text(want)}, got ${text(got)}`;
  if (!isValues(got) || got.dtype !== want.dtype || String(got.shape) !== String(want.shape))
    return `expected ${text(want)}, got ${text(got)}`;
  const digits = how === "close" ? (precision[want.dtype] ?? 0) : 0;
  const at = want.values.findIndex((value, i) => !near(got.values[i], value, digits));
  return at < 0
    ? null
    : `element ${at} of ${text(want)}: expected ${show(want.values[at])}, got ${show(got.values[at])}`;
}

const near = (got: number, want: number, digits: number): boolean =>
  Object.is(got, want) ||
  (digits > 0 && Number.isFinite(want) && Math.abs(got - want) <= digits * Math.max(1, Math.abs(want)));

const show = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function text(result: Result): string {
  if (result === null || typeof result !== "object") return JSON.stringify(result) ?? "nothing";
  return isList(result) ? `${result.length} results` : `${result.dtype} [${result.shape.join(", ")}]`;
}
