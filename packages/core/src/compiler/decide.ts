/** What the extents of a kernel decide: which part of a concatenation it reads, padding that it does not reach. */
import type { Bound, Index } from "../backend/program.ts";
import type { Term } from "../graph/term.ts";
import { type Extents, rangeOf } from "./indexing.ts";

/**
 * Whether a condition as `cat` makes it (a position is not before another) holds at `coordinates`, wherever these are within the
 * extents; undefined where that depends.
 */
export function decided(condition: Term, coordinates: readonly Index[], extents: Extents): boolean | undefined {
  const [at, from] = condition.inputs;
  if (condition.primitive.op !== "ge" || at.primitive.op !== "iota" || from.primitive.op !== "constant")
    return undefined;
  // Narrower integers could wrap.
  if (at.dtype !== "int64") return undefined;
  const [least, most] = rangeOf(coordinates[at.primitive.dim], extents);
  const first = Number(from.primitive.value);
  return least >= first ? true : most < first ? false : undefined;
}

/** Whether a bound holds wherever coordinates are within the extents. */
export function holds({ index, extent, step }: Bound, extents: Extents): boolean {
  const [least, most] = rangeOf(index, extents);
  return step === 1 && least >= 0 && most < extent;
}
