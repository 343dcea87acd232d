import type { Sample } from "./protocol.ts";

/**
 * A benchmark that computes something else is worthless: every contender's result is compared with a reference's.
 * Contenders round differently (order of sums, polynomials for exp), so values may differ by this much, relative to the
 * value and to the typical size of the values.
 */
export const tolerance = 1e-4;

/** What is wrong with a result, or null. */
export function difference(got: Sample, expected: Sample): string | null {
  if (got.length !== expected.length) return `it has ${got.length} elements instead of ${expected.length}`;
  const finite = expected.values.filter((value) => value !== null);
  const typical = Math.sqrt(finite.reduce((sum, value) => sum + value * value, 0) / Math.max(1, finite.length));
  for (const [i, wanted] of expected.values.entries()) {
    const value = got.values[i];
    const equal =
      value === null || wanted === null
        ? value === wanted
        : Math.abs(value - wanted) <= tolerance * (Math.abs(wanted) + typical);
    if (!equal) return `compared value ${i} of ${expected.values.length} is ${value} instead of ${wanted}`;
  }
  return null;
}
