import { normalizeDims } from "../shape/dims.ts";

/** One dimension or several; negative ones count from the end. */
export type Dims = number | readonly number[];

/**
 * The dimensions to reduce, ascending; none given (null or an empty list) means all.
 *
 * @throws IndexError for one out of range, ShapeError for one given twice.
 */
export function reducedDims(dim: Dims | null | undefined, rank: number): number[] {
  const given = dim === null || dim === undefined ? [] : typeof dim === "number" ? [dim] : dim;
  const dims = normalizeDims(given, rank);
  if (dims.length === 0) return Array.from({ length: rank }, (_, d) => d);
  // A tensor of no dimension may be reduced over "dimension 0", of which it has none.
  return rank === 0 ? [] : dims.sort((a, b) => a - b);
}
