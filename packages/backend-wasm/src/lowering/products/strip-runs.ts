/**
 * Strips of contractions whose columns are runs of neighbours in memory, one run after another (of a convolution, the pixels
 * of a row of the image): nothing is packed. Steps of the depth are wherever a table says.
 */
import { bytesOf, type ContractionKernel, type Expression } from "@cresset/core/backend";
import type { Features } from "../../features.ts";
import { linearStride } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import { addressOf } from "../index-math.ts";
import { nested } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { type Axes, axesOf, blocks, type Side, sizeOf } from "./contraction-axes.ts";
import { computedKind } from "./epilogue.ts";
import { packedBytes } from "./microkernel.ts";
import { eachPoint, eachRun, placeAt } from "./odometer.ts";
import { packingSlack, storageOf } from "./pack.ts";
import { block, writeColumns } from "./strip-loop.ts";
import { sumsScratch } from "./strips.ts";
import { columnsOf, tableTileName } from "./tile.ts";

/** Of shorter runs a tile would be half empty, and longer tables do not stay in the cache. */
const shortestRun = 6;
export const mostTableSteps = 2048;

export type Load = Expression & { readonly kind: "load" };

/** The operands, and the bytes between rows of the left one. */
interface Runs {
  readonly left: Load;
  readonly right: Load;
  readonly leftRow: number;
}

/** The operand of a side, if elements lie as they are multiplied, at distances that are regular along each axis. */
export function regular(
  kernel: ContractionKernel,
  { operand, axes }: Side,
  depth: readonly number[],
): Load | undefined {
  if (operand.kind !== "load" || operand.dtype !== storageOf[computedKind(kernel)]) return undefined;
  const strides = [...axes, ...depth].map((axis) => linearStride(operand.index, axis));
  return strides.some(Number.isNaN) ? undefined : operand;
}

/** What there is to know at compile time; undefined for contractions that have no such runs. */
function runsOf(kernel: ContractionKernel, { rows, columns, depth }: Axes): Runs | undefined {
  const left = regular(kernel, rows, depth);
  const right = regular(kernel, columns, depth);
  if (!left || !right || columns.axes.length < 2 || rows.axes.length > 1) return undefined;
  if (linearStride(right.index, columns.axes[columns.axes.length - 1]) !== 1) return undefined;
  return { left, right, leftRow: linearStride(left.index, rows.axes[0]) * bytesOf(left.dtype) };
}

/** Whether it has runs that are long enough, and the depth is short enough. */
export function hasStripRuns(kernel: ContractionKernel, extents: readonly number[]): boolean {
  const axes = axesOf(kernel);
  if (runsOf(kernel, axes) === undefined) return false;
  const last = axes.columns.axes[axes.columns.axes.length - 1];
  return extents[last] >= shortestRun && sizeOf(axes.depth, extents) <= mostTableSteps;
}

/** Scratch memory: a table for each operand, and sums. */
export function stripRunScratch(kernel: ContractionKernel, extents: readonly number[], features: Features): number {
  return 8 * sizeOf(axesOf(kernel).depth, extents) + sumsScratch(kernel, extents, features) + packingSlack;
}

export function writeStripRuns(w: KernelWriter, kernel: ContractionKernel): void {
  const { e } = w;
  const axes = axesOf(kernel);
  const runs = runsOf(kernel, axes);
  if (!runs) throw new Error("a contraction without runs");
  const { batch, rows, columns, depth } = axes;
  const kind = computedKind(kernel);
  const tableBytes = w.times(w.extentOf(depth), e.i32(4));
  const left = w.scratch;
  const right = w.plus(left, tableBytes);
  const scratch = { left, right, sums: w.plus(w.plus(right, tableBytes), e.i32(packingSlack)) };
  const last = columns.axes[columns.axes.length - 1];
  const panel = e.i32(columnsOf(kind, w.target) * packedBytes[kind]);
  const zero = e.i32(0);
  writeTable(w, runs.left, depth, scratch.left);
  writeTable(w, runs.right, depth, scratch.right);
  const start = w.rangeStart(columns.range);
  /** The address of an operand at the first step of the depth. */
  const firstOf = ({ operand, index, dtype }: Load): Value => {
    for (const axis of depth) w.setAxis(axis, zero);
    return addressOf(w, operand, index, bytesOf(dtype));
  };
  nested(w, batch, () => {
    eachRun(w, columns.axes, start, e.op("i32.sub", w.rangeEnd(columns.range), start), (first, _, length) => {
      blocks(w, first, w.plus(first, length), block.columns, (column, width) => {
        writeColumns(w, kernel, axes, {
          axes: [last],
          column,
          width,
          sums: scratch.sums,
          tile: (height) => tableTileName(kind, height),
          right(step) {
            w.setAxis(last, column);
            return { address: firstOf(runs.right), step: tableAt(w, scratch.right, step), panel };
          },
          left(row, _count, step) {
            placeAt(w, rows.axes, row);
            return { address: firstOf(runs.left), row: e.i32(runs.leftRow), step: tableAt(w, scratch.left, step) };
          },
        });
      });
    });
  });
}

const tableAt = (w: KernelWriter, table: Value, step: Value): Value => w.plus(table, w.times(step, w.e.i32(4)));

/** How many bytes each step of the depth lies behind the first. */
function writeTable(w: KernelWriter, { index, dtype }: Load, depth: readonly number[], to: Value): void {
  const { e } = w;
  const write = (i: Value): void => {
    const distance = depth.reduce(
      (sum, axis) => w.plus(sum, w.times(w.axis(axis), e.i32(linearStride(index, axis) * bytesOf(dtype)))),
      e.i32(0),
    );
    e.store("i32.store", w.plus(to, w.times(i, e.i32(4))), distance);
  };
  eachPoint(w, depth, e.i32(0), w.extentOf(depth), write, 0);
}
