import { type ContractionKernel, type DType, type Expression, isFloat, type Statement } from "@cresset/core/backend";
import { loadFour, loadOne } from "./access.ts";
import { cast } from "./cast.ts";
import type { Value } from "./emitter.ts";
import { kindOf, type Lanes, type NumericKind } from "./lanes.ts";
import { writeLoop } from "./loop.ts";
import { eachPoint, placeAt } from "./odometer.ts";
import { wrap } from "./operations.ts";
import { pack, packingSlack, storageOf } from "./pack.ts";
import { columnRange, rowRange } from "./ranges.ts";
import { productRegister } from "./reduction.ts";
import { nested, statements } from "./statement.ts";
import { packedBytes, type TileFeatures, tileName, tileOf } from "./tile.ts";
import type { KernelWriter } from "./writer.ts";

/** Blocks that stay in the caches: steps of the depth, rows packed at once, columns packed at once. */
const block = { depth: 256, rows: 192, columns: 1024 } as const;
/** Rows of results held at once: columns are packed once for all of them. */
const groupRows = 5 * block.rows;

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

interface Axes {
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly depth: readonly number[];
}

function axesOf(kernel: ContractionKernel): Axes {
  return {
    batch: range(0, kernel.batch),
    rows: range(kernel.batch, kernel.rows),
    columns: range(kernel.batch + kernel.rows, kernel.columns),
    depth: range(kernel.batch + kernel.rows + kernel.columns, kernel.depth),
  };
}

const packedKind = (kernel: ContractionKernel): NumericKind => {
  const kind = kindOf[kernel.dtype];
  return kind === "mask" ? "i32" : kind;
};

/** Whether there is one row, one column or one step of the depth: then packing would cost more than it saves. */
const isThin = (kernel: ContractionKernel): boolean => kernel.rows === 0 || kernel.columns === 0 || kernel.depth === 0;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Bytes of scratch memory that a contraction of these extents needs. */
export function contractionScratch(
  kernel: ContractionKernel,
  extents: readonly number[],
  features: TileFeatures,
): number {
  if (isThin(kernel)) return 0;
  const kind = packedKind(kernel);
  const tile = tileOf(kind, features);
  const { rows, columns, depth } = axesOf(kernel);
  const size = (axes: readonly number[]): number => axes.reduce((product, axis) => product * extents[axis], 1);
  const steps = Math.min(block.depth, size(depth));
  const width = roundUp(Math.min(block.columns, size(columns)), tile.columns);
  const height = roundUp(Math.min(groupRows, size(rows)), tile.rows);
  return packedBytes[kind] * (block.rows * block.depth + steps * width + height * width) + 2 * packingSlack;
}

/** Up to so many products, sums in float64 cost less than packing. */
const fewProducts = 1024;

export function writeContraction(w: KernelWriter, kernel: ContractionKernel): void {
  const large = (): void => {
    if (isThin(kernel))
      writeReduction(w, kernel, kernel.dtype === "float16" ? "float32" : kernel.dtype, productRegister);
    else writeTiles(w, kernel);
  };
  if (kernel.depth === 0 || !isFloat(kernel.dtype) || kernel.dtype === "float64") {
    large();
    return;
  }
  const products = w.extentOf(range(kernel.batch, kernel.axes - kernel.batch));
  const few = w.e.op("i32.le_u", products, w.e.i32(fewProducts));
  w.e.branch(few, () => writeReduction(w, kernel, "float64", productRegister - 1), large);
}

/** A contraction as a reduction over the depth; `dtype`: in which it multiplies and adds. */
function writeReduction(w: KernelWriter, kernel: ContractionKernel, dtype: DType, sum: number): void {
  const { depth } = axesOf(kernel);
  const wide = (input: Expression): Expression => (input.dtype === dtype ? input : { kind: "cast", dtype, input });
  const product: Expression = { kind: "apply", op: "mul", dtype, inputs: [wide(kernel.left), wide(kernel.right)] };
  const reduced: Statement =
    depth.length === 0
      ? { kind: "let", register: sum, value: product }
      : { kind: "inner", axes: depth, body: [], reductions: [{ register: sum, op: "sum", dtype, value: product }] };
  const named: Expression = { kind: "register", dtype, register: sum };
  const result: Expression = dtype === kernel.dtype ? named : { kind: "cast", dtype: kernel.dtype, input: named };
  const body: Statement[] = [reduced, { kind: "let", register: kernel.register, value: result }, ...kernel.body];
  // How the sum is computed, and so its last bits, must not depend on what is fused with it.
  const deciding = depth.length === 0 ? body : [reduced];
  writeLoop(w, { ...kernel, kind: "loop", outer: kernel.axes - kernel.depth, body }, deciding);
}

/** The lesser of two integers. */
function lesser(w: KernelWriter, a: Value, b: Value): Value {
  return w.e.select(a, b, w.e.op("i32.lt_s", a, b));
}

/** A loop in blocks; the body gets the start of each and its size. */
function blocks(
  w: KernelWriter,
  from: Value,
  until: Value,
  size: number,
  body: (start: Value, count: Value) => void,
): void {
  w.e.loop(w.e.variable("i32", from), until, size, (start) => {
    body(start, lesser(w, w.e.op("i32.sub", until, start), w.e.i32(size)));
  });
}

/**
 * Blocks of columns and rows; for each, blocks of the depth are packed and multiplied tile by tile into scratch memory, and
 * the epilogue reads the results there. Each result adds its products in the order of the depth, blocks of 256 steps apart.
 */
function writeTiles(w: KernelWriter, kernel: ContractionKernel): void {
  const { e } = w;
  const kind = packedKind(kernel);
  const bytes = packedBytes[kind];
  const tile = tileOf(kind, w.target);
  const { batch, rows, columns, depth } = axesOf(kernel);
  const rowCount = w.extentOf(rows);
  const columnCount = w.extentOf(columns);
  const depthCount = w.extentOf(depth);
  const packedRows = w.scratch;
  const packedColumns = w.plus(w.scratch, e.i32(block.rows * block.depth * bytes + packingSlack));
  const widest = roundedUp(w, lesser(w, columnCount, e.i32(block.columns)), tile.columns);
  const panels = w.times(w.times(lesser(w, depthCount, e.i32(block.depth)), widest), e.i32(bytes));
  const results = w.plus(w.plus(packedColumns, panels), e.i32(packingSlack));
  // With no depth there is one empty block, which sets the sums to 0.
  const depthTotal = e.select(depthCount, e.i32(1), depthCount);
  nested(w, batch, () => {
    blocks(w, w.rangeStart(columnRange(kernel)), w.rangeEnd(columnRange(kernel)), block.columns, (column, width) => {
      const stride = w.times(roundedUp(w, width, tile.columns), e.i32(bytes));
      blocks(w, w.rangeStart(rowRange(kernel)), w.rangeEnd(rowRange(kernel)), groupRows, (row, height) => {
        blocks(w, e.i32(0), depthTotal, block.depth, (step, limit) => {
          const steps = lesser(w, limit, depthCount);
          const shared = { kind, depth, depthStart: step, depthCount: steps };
          pack(w, {
            ...shared,
            operand: kernel.right,
            axes: columns,
            tile: tile.columns,
            to: packedColumns,
            start: column,
            count: width,
            total: columnCount,
          });
          blocks(w, e.i32(0), height, block.rows, (offset, part) => {
            pack(w, {
              ...shared,
              operand: kernel.left,
              axes: rows,
              tile: tile.rows,
              to: packedRows,
              start: w.plus(row, offset),
              count: part,
              total: rowCount,
            });
            const isFirst = e.op("i32.eqz", step);
            e.loop(e.variable("i32", e.i32(0)), width, tile.columns, (c) => {
              const right = w.plus(packedColumns, w.times(w.times(c, steps), e.i32(bytes)));
              const here = w.plus(w.plus(results, w.times(offset, stride)), w.times(c, e.i32(bytes)));
              const multiply = (half: boolean) => (): void => {
                e.loop(e.variable("i32", e.i32(0)), part, tile.rows, (r) => {
                  const left = w.plus(packedRows, w.times(w.times(r, steps), e.i32(bytes)));
                  e.callNow(
                    tileName(kind, half),
                    left,
                    right,
                    w.plus(here, w.times(r, stride)),
                    steps,
                    stride,
                    isFirst,
                  );
                });
              };
              const rest = e.op("i32.sub", width, c);
              e.branch(e.op("i32.gt_s", rest, e.i32(tile.columns / 2)), multiply(false), multiply(true));
            });
          });
        });
        writeEpilogue(w, kernel, { results, stride, row, height, column, width });
      });
    });
  });
}

function roundedUp(w: KernelWriter, x: Value, to: number): Value {
  return w.e.op("i32.and", w.plus(x, w.e.i32(to - 1)), w.e.i32(-to));
}

interface Results {
  readonly results: Value;
  /** Bytes between rows. */
  readonly stride: Value;
  readonly row: Value;
  readonly height: Value;
  readonly column: Value;
  readonly width: Value;
}

/** A sum as a value of the contraction's dtype. */
function settled(w: KernelWriter, kernel: ContractionKernel, sum: Lanes): Lanes {
  if (kernel.dtype === "float16") return cast(w.m, "float32", "float16", sum);
  if (kernel.dtype === "bool") return w.m.nonZero(sum);
  return isFloat(kernel.dtype) ? sum : wrap(w.m, kernel.dtype, sum);
}

/** The body of each point, row by row; four columns at a time where they are neighbours. */
function writeEpilogue(w: KernelWriter, kernel: ContractionKernel, where: Results): void {
  const { e } = w;
  const { rows, columns } = axesOf(kernel);
  const { results, stride, row, height, column, width } = where;
  const kind = packedKind(kernel);
  e.loop(e.variable("i32", e.i32(0)), height, 1, (r) => {
    placeAt(w, rows, w.plus(row, r));
    const from = w.plus(results, w.times(r, stride));
    eachPoint(w, columns, column, width, (c, vector) => {
      const at = w.plus(from, w.times(c, e.i32(packedBytes[kind])));
      const sum = (vector ? loadFour : loadOne)(w, storageOf[kind], at, true);
      w.define(kernel.register, settled(w, kernel, sum));
      statements(w, kernel.body, false);
    });
  });
}
