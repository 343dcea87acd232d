/**
 * What the code of a kernel takes for granted about the extents of its calls. A kernel is written for any extents, but
 * without what a call has no use for: most sums are short, and a product is either small or not. The first call waits for
 * its code. Calls that differ in an assumption have functions of their own, which give the same bits.
 */
import type { Kernel } from "@cresset/core/backend";
import type { Features } from "../features.ts";
import type { RareKernels } from "../parts.ts";
import { contractionAssumptions } from "./products/contraction.ts";
import { range, sizeOf } from "./products/contraction-axes.ts";
import { addedInChunks, chunkSize } from "./reductions/sum.ts";

export interface Assumptions {
  /** A contraction adds up so few products that sums in float64 cost less than packing. */
  readonly few: boolean;
  /** So little is computed that in haste a contraction is done without tiles (`products/in-order.ts`), a loop without vectors. */
  readonly brief: boolean;
  /**
   * A contraction reads neighbours where they lie; the way in which it does (`products/runs.ts`), 0 for none. Of a loop, bit by
   * bit, the axes that are too narrow for vectors (`segments/`).
   */
  readonly way: number;
  /** A sum may be over so many points that they are first added in chunks (`reductions/sum.ts`). */
  readonly chunks: boolean;
  /** Inner loops are over multiples of `wholeTurn` points along one axis: none are left after vectors. */
  readonly whole: boolean;
  /** Inner loops are so short that extremes take less time by vectors of outer points than to be joined after vectors along them. */
  readonly short: boolean;
}

/** In the longest turn of an inner loop there are four vectors of four points. */
const wholeTurn = 16;

/** A loop of so many points takes less time one by one than vectors take to be written. */
const fewPoints = 1 << 12;

/** What is assumed for a call of these extents. */
export function assumptionsOf(
  kernel: Kernel,
  extents: readonly number[],
  features: Features,
  rare: RareKernels,
): Assumptions {
  if (kernel.kind === "contraction") return contractionAssumptions(kernel, extents, features, rare);
  const inner = kernel.kind === "loop" ? kernel.body.filter((statement) => statement.kind === "inner") : [];
  return {
    few: false,
    brief: kernel.kind === "loop" && sizeOf(range(0, kernel.axes), extents) <= fewPoints,
    way: rare.loops?.way(kernel, extents) || 0,
    chunks: inner.some(
      ({ axes, reductions }) =>
        sizeOf(axes, extents) >= chunkSize && reductions.some(({ op, dtype }) => op === "sum" && addedInChunks(dtype)),
    ),
    whole: inner.length > 0 && inner.every(({ axes }) => isWhole(axes, extents)),
    short:
      kernel.kind === "loop" &&
      extents[kernel.outer - 1] >= wholeTurn &&
      inner.every(({ axes }) => sizeOf(axes, extents) < wholeTurn) &&
      inner.some(({ reductions }) => reductions.some(({ op }) => op !== "sum" && op !== "product")),
  };
}

/** Whether an inner loop over these axes is `whole`. */
export const isWhole = (axes: readonly number[], extents: readonly number[]): boolean =>
  axes.length === 1 && extents[axes[0]] % wholeTurn === 0;

/** Tells functions of one kernel apart; of those written in haste, or of the others. */
export const assumptionsKey = ({ few, brief, way, chunks, whole, short }: Assumptions, inHaste: boolean): string =>
  `${[few, brief && inHaste, way, chunks, whole, short]} `;
