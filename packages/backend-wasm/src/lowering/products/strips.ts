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
import { mostTableSteps } from "./strip-runs.ts";
import { columnsOf, tileOf } from "./tile.ts";

/** Scratch memory: packed rows, packed columns, sums. Tables of steps take the place of what is packed. */
export function stripScratch(kernel: ContractionKernel, extents: readonly number[], features: Features): number {
  const kind = computedKind(kernel);
  const { rows, columns, depth } = axesOf(kernel);
  const tile = tileOf(kind, features);
  const count = sizeOf(depth, extents);
  const steps = Math.min(block.depth, count);
  const width = roundUp(Math.min(block.columns, sizeOf(columns.axes, extents)), columnsOf(kind, features));
  const height = Math.max(Math.min(block.rows, sizeOf(rows.axes, extents)), tile.rows);
  const packed = packedBytes[kind] * steps * (panelRows(tile.rows) + width);
  const tables = count <= mostTableSteps ? 8 * count : 0;
  return Math.max(packed, tables) + packedBytes[kind] * height * width + 3 * packingSlack;
}

/**
 * Each result adds its products in the order of the depth, and the sums of blocks of 128 steps, wherever operands lie and
 * whatever is packed.
 */
export function writeStrips(w: KernelWriter, kernel: ContractionKernel): void {
  const { e, rare } = w;
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
  if (rare.runs && w.assumptions.runs) {
    const left = w.scratch;
    const right = w.plus(left, w.times(depthCount, e.i32(4)));
    const sums = w.plus(w.plus(right, w.times(depthCount, e.i32(4))), slack);
    rare.runs.write(w, kernel, { left, right, sums });
    return;
  }
  const rows = w.scratch;
  const packedRows = w.times(steps, e.i32(panelRows(tileOf(kind, w.target).rows) * bytes));
  const columns = w.plus(w.plus(rows, packedRows), slack);
  const sums = w.plus(w.plus(columns, w.times(w.times(steps, widest), e.i32(bytes))), slack);
  writeBlocks(w, kernel, axes, { rows, columns, sums });
}
