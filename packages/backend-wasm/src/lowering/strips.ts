/** Contractions that have rows, columns and a depth, as strips of tiles. */
import { bytesOf, type ContractionKernel, type Index } from "@cresset/core/backend";
import type { Features } from "../features.ts";
import { linearStride } from "./accesses.ts";
import { type Axes, axesOf, blocks, lesser, roundedUp, roundUp, sizeOf } from "./contraction-axes.ts";
import type { Value } from "./emitter.ts";
import { computedKind, writeEpilogue } from "./epilogue.ts";
import { addressOf } from "./index-math.ts";
import { lanesOf, packedBytes } from "./microkernel.ts";
import { placeAt } from "./odometer.ts";
import { elementOf, type Matrix, matrixOf } from "./operand.ts";
import { packingSlack, packPanels, storageOf } from "./pack.ts";
import { nested } from "./statement.ts";
import { columnsOf, stripHeights, tileName, tileOf } from "./tile.ts";
import type { KernelWriter } from "./writer.ts";

/** Blocks that stay in the caches: steps of the depth, columns packed at once, rows whose sums are kept between blocks. */
const block = { depth: 256, columns: 512, rows: 480 } as const;
/** A right operand of so many bytes is read where it lies, and one of which so few rows make use. */
const smallBytes = 32 * 1024;
const fewRows = 24;
/** Rows of the left operand that lie side by side are read where they lie, if the steps are not further apart. */
const nearBytes = 1024;

/** Rows that are packed side by side for a strip: a multiple of four. */
const panelRows = (rows: number): number => roundUp(rows, 4);

/** Scratch memory: packed rows, packed columns, sums. */
export function stripScratch(kernel: ContractionKernel, extents: readonly number[], features: Features): number {
  const kind = computedKind(kernel);
  const { rows, columns, depth } = axesOf(kernel);
  const steps = Math.min(block.depth, sizeOf(depth, extents));
  const width = roundUp(Math.min(block.columns, sizeOf(columns.axes, extents)), columnsOf(kind, features));
  const height = Math.max(Math.min(block.rows, sizeOf(rows.axes, extents)), tileOf(kind, features).rows);
  const elements = steps * panelRows(tileOf(kind, features).rows) + steps * width + height * width;
  return packedBytes[kind] * elements + 3 * packingSlack;
}

/** Where sums can be written at once, as nothing else is to be done with them. */
interface Destination {
  readonly operand: number;
  readonly index: Index;
  readonly rowBytes: number;
}

function destinationOf(kernel: ContractionKernel, { rows, columns }: Axes): Destination | undefined {
  const [store, ...others] = kernel.body;
  if (store?.kind !== "store" || others.length > 0 || rows.axes.length > 1 || columns.axes.length > 1) return undefined;
  const { operand, index, value } = store;
  const { dtype } = kernel.operands[operand];
  const isSum = value.kind === "register" && value.register === kernel.register;
  if (!isSum || dtype !== kernel.dtype || dtype !== storageOf[computedKind(kernel)]) return undefined;
  if (linearStride(index, columns.axes[0]) !== 1) return undefined;
  const rowBytes = linearStride(index, rows.axes[0]) * bytesOf(dtype);
  return Number.isNaN(rowBytes) ? undefined : { operand, index, rowBytes };
}

/** A left operand that can be read where it lies. */
function leftMatrix(kernel: ContractionKernel, { rows, depth }: Axes): Matrix | undefined {
  const matrix = matrixOf(rows.operand, computedKind(kernel), rows.axes, depth);
  const near = matrix && Math.abs(matrix.along) <= nearBytes;
  return near ? matrix : undefined;
}

/** A right operand that can be read where it lies: columns side by side. */
function rightMatrix(kernel: ContractionKernel, { columns, depth }: Axes): Matrix | undefined {
  const kind = computedKind(kernel);
  const matrix = matrixOf(columns.operand, kind, columns.axes, depth);
  return matrix?.across === packedBytes[kind] ? matrix : undefined;
}

/**
 * Blocks of columns, of rows and of the depth; for each, strips of rows are multiplied with all its columns. Each result
 * adds its products in the order of the depth, and the sums of blocks of 256 steps.
 */
export function writeStrips(w: KernelWriter, kernel: ContractionKernel): void {
  const { e } = w;
  const axes = axesOf(kernel);
  const { batch, rows, columns, depth } = axes;
  const kind = computedKind(kernel);
  const bytes = packedBytes[kind];
  const lanes = lanesOf(kind, w.target);
  const tile = tileOf(kind, w.target);
  const panel = columnsOf(kind, w.target);
  const depthCount = w.extentOf(depth);
  const left = leftMatrix(kernel, axes);
  const right = rightMatrix(kernel, axes);
  const destination = destinationOf(kernel, axes);
  const blockSteps = lesser(w, depthCount, e.i32(block.depth));
  const slack = e.i32(packingSlack);
  const packedRows = w.scratch;
  const packedColumns = w.plus(w.plus(packedRows, w.times(blockSteps, e.i32(panelRows(tile.rows) * bytes))), slack);
  const widest = roundedUp(w, lesser(w, w.extentOf(columns.axes), e.i32(block.columns)), panel);
  const sums = w.plus(w.plus(packedColumns, w.times(w.times(blockSteps, widest), e.i32(bytes))), slack);
  const height = w.extentOf(rows.axes);
  // With no depth there is one empty block, which sets the sums to 0.
  const depthTotal = e.select(depthCount, e.i32(1), depthCount);
  const several = e.op("i32.gt_s", depthCount, e.i32(block.depth));
  nested(w, batch, () => {
    blocks(w, w.rangeStart(columns.range), w.rangeEnd(columns.range), block.columns, (column, width) => {
      const sumBytes = w.times(roundedUp(w, width, lanes), e.i32(bytes));
      const isWhole = e.op("i32.eqz", e.op("i32.and", width, e.i32(lanes - 1)));
      blocks(w, w.rangeStart(rows.range), w.rangeEnd(rows.range), block.rows, (row, count) => {
        blocks(w, e.i32(0), depthTotal, block.depth, (step, limit) => {
          const steps = lesser(w, limit, depthCount);
          const rightAt = rightOperand(w, {
            axes,
            kind,
            panel,
            right,
            column,
            width,
            step,
            steps,
            height,
            packedColumns,
          });
          const isFirst = e.op("i32.eqz", step);
          const isLast = e.op("i32.ge_s", w.plus(step, steps), depthCount);
          eachStrip(w, stripHeights(kind, w.target), count, (r, take, call) => {
            const first = w.plus(row, r);
            const kept = w.plus(sums, e.select(w.times(r, sumBytes), e.i32(0), several));
            const to = destination && e.select(destinationAt(w, axes, destination, first, column), kept, isWhole);
            const toRow = destination && e.select(e.i32(destination.rowBytes), sumBytes, isWhole);
            const [leftAt, leftRow, leftStep] = leftOperand(w, axes, kind, left, {
              first,
              take,
              step,
              steps,
              to: packedRows,
            });
            call((rowsNow) => {
              e.callNow(
                tileName(kind, rowsNow),
                leftAt,
                rightAt.address,
                to ?? kept,
                steps,
                width,
                leftRow,
                leftStep,
                rightAt.step,
                rightAt.panel,
                toRow ?? sumBytes,
                isFirst,
              );
            });
            const unfinished = destination ? e.op("i32.and", isLast, e.op("i32.eqz", isWhole)) : isLast;
            e.branch(unfinished, () => {
              e.loop(e.variable("i32", e.i32(0)), take, 1, (i) => {
                placeAt(w, rows.axes, w.plus(first, i));
                writeEpilogue(w, kernel, w.plus(kept, w.times(i, sumBytes)), columns.axes, column, width);
              });
            });
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
    const height = heights.reduceRight(
      (smaller, n) => e.select(e.i32(n), smaller, e.op("i32.ge_s", left, e.i32(n))),
      e.i32(1),
    );
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

function destinationAt(
  w: KernelWriter,
  { rows, columns }: Axes,
  { operand, index }: Destination,
  row: Value,
  column: Value,
): Value {
  placeAt(w, rows.axes, row);
  placeAt(w, columns.axes, column);
  return addressOf(w, operand, index, bytesOf(w.operand(operand).dtype));
}

interface Strip {
  readonly first: Value;
  readonly take: Value;
  readonly step: Value;
  readonly steps: Value;
  readonly to: Value;
}

/** Where the left operand of a strip lies: address, bytes between rows, between steps. Packed if need be. */
function leftOperand(
  w: KernelWriter,
  { rows, depth }: Axes,
  kind: ReturnType<typeof computedKind>,
  matrix: Matrix | undefined,
  { first, take, step, steps, to }: Strip,
): [address: Value, row: Value, step: Value] {
  const { e } = w;
  if (matrix) return [elementOf(w, matrix, rows.axes, first, depth, step), e.i32(matrix.across), e.i32(matrix.along)];
  const panel = panelRows(tileOf(kind, w.target).rows);
  const packing = {
    operand: rows.operand,
    kind,
    axes: rows.axes,
    depth,
    to,
    start: first,
    count: take,
    total: w.extentOf(rows.axes),
    depthStart: step,
    depthCount: steps,
  };
  packPanels(w, packing, panel);
  return [to, e.i32(packedBytes[kind]), e.i32(panel * packedBytes[kind])];
}

interface Columns {
  readonly axes: Axes;
  readonly kind: ReturnType<typeof computedKind>;
  readonly panel: number;
  readonly right: Matrix | undefined;
  readonly column: Value;
  readonly width: Value;
  readonly step: Value;
  readonly steps: Value;
  /** Rows of the contraction. */
  readonly height: Value;
  readonly packedColumns: Value;
}

/** Where the right operand of a block lies: address, bytes between steps, between panels. Packed unless it is small. */
function rightOperand(
  w: KernelWriter,
  { axes, kind, panel, right, column, width, step, steps, height, packedColumns }: Columns,
): { readonly address: Value; readonly step: Value; readonly panel: Value } {
  const { e } = w;
  const { columns, depth } = axes;
  const bytes = packedBytes[kind];
  const panelBytes = e.i32(panel * bytes);
  const pack = (): void => {
    const packing = {
      operand: columns.operand,
      kind,
      axes: columns.axes,
      depth,
      to: packedColumns,
      start: column,
      count: width,
      total: w.extentOf(columns.axes),
      depthStart: step,
      depthCount: steps,
    };
    packPanels(w, packing, panel);
  };
  const packedPanel = w.times(steps, panelBytes);
  if (!right) {
    pack();
    return { address: packedColumns, step: panelBytes, panel: packedPanel };
  }
  const size = w.times(w.times(w.extentOf(depth), w.extentOf(columns.axes)), e.i32(bytes));
  const isSmall = e.op("i32.or", e.op("i32.le_u", size, e.i32(smallBytes)), e.op("i32.le_s", height, e.i32(fewRows)));
  const address = e.variable("i32");
  e.branch(
    isSmall,
    () => e.set(address, elementOf(w, right, columns.axes, column, depth, step)),
    () => {
      pack();
      e.set(address, packedColumns);
    },
  );
  return {
    address: e.copy(address),
    step: e.select(e.i32(right.along), panelBytes, isSmall),
    panel: e.select(panelBytes, packedPanel, isSmall),
  };
}
