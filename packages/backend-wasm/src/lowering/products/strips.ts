/** Contractions that have rows, columns and a depth, as strips of tiles. */
import type { ContractionKernel } from "@cresset/core/backend";
import type { Features } from "../../features.ts";
import type { KernelWriter } from "../writer.ts";
import { axesOf, lesser, roundedUp, roundUp, sizeOf } from "./contraction-axes.ts";
import { computedKind } from "./epilogue.ts";
import { packedBytes } from "./microkernel.ts";
import { packingSlack } from "./pack.ts";
import { panelRows, writeBlocks } from "./strip-blocks.ts";
import { block } from "./strip-loop.ts";
import { columnsOf, tileOf } from "./tile.ts";

/** Columns of a block, to the end of the last tile. */
function blockWidth(kernel: ContractionKernel, extents: readonly number[], features: Features): number {
  const { columns } = axesOf(kernel);
  return roundUp(Math.min(block.columns, sizeOf(columns.axes, extents)), columnsOf(computedKind(kernel), features));
}

/** Scratch memory for sums. */
export function sumsScratch(kernel: ContractionKernel, extents: readonly number[], features: Features): number {
  const kind = computedKind(kernel);
  const height = Math.max(Math.min(block.rows, sizeOf(axesOf(kernel).rows.axes, extents)), tileOf(kind, features).rows);
  return packedBytes[kind] * height * blockWidth(kernel, extents, features) + packingSlack;
}

/** Scratch memory: packed rows, packed columns, sums. */
export function stripScratch(kernel: ContractionKernel, extents: readonly number[], features: Features): number {
  const kind = computedKind(kernel);
  const steps = Math.min(block.depth, sizeOf(axesOf(kernel).depth, extents));
  const packed = panelRows(tileOf(kind, features).rows) + blockWidth(kernel, extents, features);
  return packedBytes[kind] * steps * packed + sumsScratch(kernel, extents, features) + 2 * packingSlack;
}

/**
 * Each result adds its products in the order of the depth, and the sums of blocks of 128 steps, wherever operands lie and
 * whatever is packed.
 */
export function writeStrips(w: KernelWriter, kernel: ContractionKernel): void {
  const { e } = w;
  const axes = axesOf(kernel);
  const kind = computedKind(kernel);
  const bytes = packedBytes[kind];
  const depthCount = w.extentOf(axes.depth);
  const steps = lesser(w, depthCount, e.i32(block.depth));
  const widest = roundedUp(
    w,
    lesser(w, w.extentOf(axes.columns.axes), e.i32(block.columns)),
    columnsOf(kind, w.target),
  );
  const slack = e.i32(packingSlack);
  const rows = w.scratch;
  const packedRows = w.times(steps, e.i32(panelRows(tileOf(kind, w.target).rows) * bytes));
  const columns = w.plus(w.plus(rows, packedRows), slack);
  const sums = w.plus(w.plus(columns, w.times(w.times(steps, widest), e.i32(bytes))), slack);
  writeBlocks(w, kernel, axes, { rows, columns, sums });
}
