import type { Column } from "./table.ts";

/** A number that stands for "no value" in a column. */
export interface Sentinel {
  readonly value: number;
  /** How many rows have it. */
  readonly count: number;
  /** The smallest and the largest of the column's other values. */
  readonly range: readonly [smallest: number, largest: number];
}

/** Whether people use a number to say that there is none: -1, -9, and ±99, ±999, … */
function isCandidate(value: number): boolean {
  if (value === -1 || value === -9) return true;
  const size = Math.abs(value);
  return size >= 99 && size <= 99_999_999 && /^9+$/.test(String(size));
}

/**
 * The numbers of a column that seem to stand for "no value": candidates are -1, -9, and ±99, ±999, … up to eight nines. One
 * of them is a sentinel if
 * - at least 3 rows and 0.5 % of the rows have it, and
 * - it lies outside of all values that are no candidates, either by more than the distance between the smallest and the
 *   largest of these (-99 among fractions; 9999 among ages), or below zero where all of these, at least 3 different ones,
 *   are not (-1 among counts).
 *
 * Missing values are passed over. In the order of rows.
 */
export function findSentinels({ kind, values }: Pick<Column, "kind" | "values">): Sentinel[] {
  if (kind !== "number") return [];
  const counts = new Map<number, number>();
  const different = new Set<number>();
  let present = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values.at(i);
    if (Number.isNaN(value)) continue;
    present++;
    if (isCandidate(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    else {
      if (different.size < 3) different.add(value);
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
  }
  if (different.size < 2) return [];
  const often = Math.max(3, 0.005 * present);
  const width = largest - smallest;
  const stands = (value: number): boolean => {
    const gap = value < smallest ? smallest - value : value - largest;
    return gap > 0 && (gap > width || (value < 0 && smallest >= 0 && different.size >= 3));
  };
  return [...counts]
    .filter(([value, count]) => count >= often && stands(value))
    .map(([value, count]) => ({ value, count, range: [smallest, largest] }));
}
