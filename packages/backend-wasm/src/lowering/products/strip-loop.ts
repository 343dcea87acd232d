/** What is done with a block of columns: blocks of rows, of the depth, and strips of rows in them. */
import { bytesOf, type ContractionKernel, type Index } from "@cresset/core/backend";
import { linearStride } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import { addressOf } from "../index-math.ts";
import type { KernelWriter } from "../writer.ts";
import { type Axes, blocks, lesser, roundedUp } from "./contraction-axes.ts";
import { computedKind, writeEpilogue } from "./epilogue.ts";
import { lanesOf, packedBytes } from "./microkernel.ts";
import { placeAt } from "./odometer.ts";
import { storageOf } from "./pack.ts";
import { stripHeights } from "./tile.ts";

/**
 * Steps of the depth whose products are added up by themselves (what a strip reads of both operands for so many fits the
 * first cache), and rows whose sums are kept between such blocks.
 */
export const block = { depth: 128, columns: 512, rows: 480 } as const;

/** Where a strip's left operand lies: address, bytes between rows, between steps (or the address of a table of those). */
export interface Left {
  readonly address: Value;
  readonly row: Value;
  readonly step: Value;
}

/** Where a block's right operand lies: address, bytes between steps (or the address of a table), between panels. */
export interface Right {
  readonly address: Value;
  readonly step: Value;
  readonly panel: Value;
}

/** A block of columns. */
export interface Columns {
  /** The axes that `column` and `width` are counted along; the others are set. */
  readonly axes: readonly number[];
  readonly column: Value;
  readonly width: Value;
  /** Scratch memory for sums. */
  readonly sums: Value;
  /** The name of the function that multiplies a strip of so many rows. */
  tile(rows: number): string;
  right(step: Value, steps: Value): Right;
  left(first: Value, count: Value, step: Value, steps: Value): Left;
}

/** Where sums can be written at once, as nothing else is to be done with them. */
interface Destination {
  readonly operand: number;
  readonly index: Index;
  readonly rowBytes: number;
}

export function destinationOf(
  kernel: ContractionKernel,
  rows: readonly number[],
  columns: readonly number[],
): Destination | undefined {
  const [store, ...others] = kernel.body;
  if (store?.kind !== "store" || others.length > 0 || rows.length > 1 || columns.length > 1) return undefined;
  const { operand, index, value } = store;
  const { dtype } = kernel.operands[operand];
  const isSum = value.kind === "register" && value.register === kernel.register;
  if (!isSum || dtype !== kernel.dtype || dtype !== storageOf[computedKind(kernel)]) return undefined;
  if (linearStride(index, columns[0]) !== 1) return undefined;
  const rowBytes = linearStride(index, rows[0]) * bytesOf(dtype);
  return Number.isNaN(rowBytes) ? undefined : { operand, index, rowBytes };
}

export function writeColumns(
  w: KernelWriter,
  kernel: ContractionKernel,
  { rows, depth }: Axes,
  columns: Columns,
): void {
  const { e } = w;
  const { column, width, sums } = columns;
  const kind = computedKind(kernel);
  const bytes = packedBytes[kind];
  const lanes = lanesOf(kind, w.target);
  const depthCount = w.extentOf(depth);
  // With no depth there is one empty block, which sets the sums to 0.
  const depthTotal = e.select(depthCount, e.i32(1), depthCount);
  const several = e.op("i32.gt_s", depthCount, e.i32(block.depth));
  const sumBytes = w.times(roundedUp(w, width, lanes), e.i32(bytes));
  const isWhole = e.op("i32.eqz", e.op("i32.and", width, e.i32(lanes - 1)));
  const destination = destinationOf(kernel, rows.axes, columns.axes);
  const destinationAt = ({ operand, index }: Destination, row: Value): Value => {
    placeAt(w, rows.axes, row);
    placeAt(w, columns.axes, column);
    return addressOf(w, operand, index, bytesOf(w.operand(operand).dtype));
  };
  blocks(w, w.rangeStart(rows.range), w.rangeEnd(rows.range), block.rows, (row, count) => {
    blocks(w, e.i32(0), depthTotal, block.depth, (step, limit) => {
      const steps = lesser(w, limit, depthCount);
      const right = columns.right(step, steps);
      const isFirst = e.op("i32.eqz", step);
      const isLast = e.op("i32.ge_s", w.plus(step, steps), depthCount);
      eachStrip(w, stripHeights(kind, w.target, w.hurry()), count, (r, height, call) => {
        const first = w.plus(row, r);
        const kept = w.plus(sums, e.select(w.times(r, sumBytes), e.i32(0), several));
        const to = destination && e.select(destinationAt(destination, first), kept, isWhole);
        const toRow = destination && e.select(e.i32(destination.rowBytes), sumBytes, isWhole);
        const left = columns.left(first, height, step, steps);
        call((n) => {
          const operands = [left.address, right.address, to ?? kept, steps, width];
          const strides = [left.row, left.step, right.step, right.panel, toRow ?? sumBytes];
          e.callNow(columns.tile(n), ...operands, ...strides, isFirst);
        });
        const unfinished = destination ? e.op("i32.and", isLast, e.op("i32.eqz", isWhole)) : isLast;
        e.branch(unfinished, () => {
          e.loop(e.variable("i32", e.i32(0)), height, 1, (i) => {
            placeAt(w, rows.axes, w.plus(first, i));
            writeEpilogue(w, kernel, w.plus(kept, w.times(i, sumBytes)), columns.axes, column, width);
          });
        });
      });
    });
  });
}

/** Cuts `count` rows into strips; the body gets the first row of each, its height, and writes a call for each height. */
function eachStrip(
  w: KernelWriter,
  heights: readonly number[],
  count: Value,
  body: (row: Value, height: Value, call: (write: (height: number) => void) => void) => void,
): void {
  const { e } = w;
  const counter = e.variable("i32", e.i32(0));
  e.repeat(counter, count, () => {
    const row = e.copy(counter);
    const left = e.op("i32.sub", count, row);
    const greatest = heights.reduceRight(
      (smaller, n) => e.select(e.i32(n), smaller, e.op("i32.ge_s", left, e.i32(n))),
      e.i32(1),
    );
    // Two strips of four rows fill the registers better than six and two.
    const height = heights.length === 4 ? e.select(e.i32(4), greatest, e.op("i32.eq", left, e.i32(8))) : greatest;
    const choose = (from: number, write: (height: number) => void): void => {
      const n = heights[from];
      if (from === heights.length - 1) write(n);
      else
        e.branch(
          e.op("i32.eq", height, e.i32(n)),
          () => write(n),
          () => choose(from + 1, write),
        );
    };
    body(row, height, (write) => choose(0, write));
    e.set(counter, w.plus(row, height));
  });
}
