/**
 * What the code of a kernel takes for granted about the extents of its calls. A kernel is written for any extents, but
 * without what a call has no use for: most sums are short, and a product is either small or not. The first call waits for
 * its code. Calls that differ in an assumption have functions of their own, which give the same bits.
 */
import type { Kernel, Statement } from "@cresset/core/backend";
import type { Features } from "../features.ts";
import { contractionAssumptions } from "./products/contraction.ts";
import { addedInChunks, fewestInChunks } from "./reductions/sum.ts";

export interface Assumptions {
  /** A contraction adds up so few products that sums in float64 cost less than packing. */
  readonly few: boolean;
  /** A contraction has long runs of columns (`products/strip-runs.ts`). */
  readonly runs: boolean;
  /** A sum may be over so many points that they are first added in chunks (`reductions/sum.ts`). */
  readonly chunks: boolean;
}

/** What is assumed for a call of these extents. */
export function assumptionsOf(kernel: Kernel, extents: readonly number[], features: Features): Assumptions {
  if (kernel.kind === "contraction") return contractionAssumptions(kernel, extents, features);
  return { few: false, runs: false, chunks: kernel.kind === "loop" && hasChunks(kernel.body, extents) };
}

function hasChunks(body: readonly Statement[], extents: readonly number[]): boolean {
  return body.some((statement) => {
    if (statement.kind !== "inner") return false;
    const points = statement.axes.reduce((product, axis) => product * extents[axis], 1);
    return (
      points >= fewestInChunks && statement.reductions.some(({ op, dtype }) => op === "sum" && addedInChunks(dtype))
    );
  });
}

/** Tells functions of one kernel apart. */
export const assumptionsKey = ({ few, runs, chunks }: Assumptions): string =>
  `${few ? "few " : ""}${runs ? "runs " : ""}${chunks ? "chunks " : ""}`;
