/** Contractions of float32 that have rows or columns but not both: products of a matrix and a vector. */
import type { ContractionKernel } from "@cresset/core/backend";
import type { Value } from "../code/emitter.ts";
import { nested } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { axesOf, blocks, lesser, roundUp, sizeOf } from "./contraction-axes.ts";
import { writeEpilogue } from "./epilogue.ts";
import { elementOf, matrixOf } from "./operand.ts";
import { packingSlack, packRows } from "./pack.ts";

/** Steps of the depth whose products are added up before they are added to the sums, and results at once. */
export const block = { depth: 128, results: 256 } as const;
const bytes = 4;

/** Scratch memory: a block of the vector, of the matrix, sums. */
export function thinScratch(kernel: ContractionKernel, extents: readonly number[]): number {
  const { rows, columns, depth } = axesOf(kernel);
  const steps = Math.min(block.depth, sizeOf(depth, extents));
  const results = Math.min(block.results, sizeOf([...rows.axes, ...columns.axes], extents));
  return bytes * (steps + results * steps + roundUp(results, 4)) + 3 * packingSlack;
}

/**
 * Blocks of results, and for each of them blocks of the depth. How a sum is made depends on the depth alone, not on how the
 * operands lie in memory: what has no neighbours along the depth is packed, unless the matrix has them along the results.
 */
export function writeThin(w: KernelWriter, kernel: ContractionKernel): void {
  const { e } = w;
  const { batch, rows, columns, depth } = axesOf(kernel);
  const [free, other] = columns.axes.length > 0 ? [columns, rows] : [rows, columns];
  const depthCount = w.extentOf(depth);
  const depthTotal = e.select(depthCount, e.i32(1), depthCount);
  const blockSteps = lesser(w, depthCount, e.i32(block.depth));
  const slack = e.i32(packingSlack);
  const packedVector = w.scratch;
  const packedMatrix = w.plus(w.plus(packedVector, w.times(blockSteps, e.i32(bytes))), slack);
  const matrix = matrixOf(free.operand, "f32", free.axes, depth);
  const vector = matrixOf(other.operand, "f32", [], depth);
  const byColumns = matrix?.across === bytes && matrix.along !== bytes ? matrix : undefined;
  const byRows = matrix?.along === bytes ? matrix : undefined;
  const most = lesser(w, w.extentOf(free.axes), e.i32(block.results));
  const sums = w.plus(w.plus(packedMatrix, w.times(w.times(most, blockSteps), e.i32(bytes))), slack);
  const zero = e.i32(0);
  nested(w, batch, () => {
    blocks(w, w.rangeStart(free.range), w.rangeEnd(free.range), block.results, (start, count) => {
      blocks(w, zero, depthTotal, block.depth, (step, limit) => {
        const steps = lesser(w, limit, depthCount);
        const isFirst = e.op("i32.eqz", step);
        const packing = { kind: "f32", depth, depthStart: step, depthCount: steps } as const;
        const packed = (side: typeof free, to: Value, from: Value, n: Value): Value => {
          const total = w.extentOf(side.axes);
          packRows(w, { ...packing, operand: side.operand, axes: side.axes, to, start: from, count: n, total });
          return to;
        };
        if (byColumns && vector) {
          const left = elementOf(w, vector, [], zero, depth, step);
          const right = elementOf(w, byColumns, free.axes, start, depth, step);
          const strides = [zero, e.i32(vector.along), e.i32(byColumns.along), zero, zero];
          e.callNow("tile_sums", left, right, sums, steps, count, ...strides, isFirst);
          return;
        }
        const right =
          vector?.along === bytes
            ? elementOf(w, vector, [], zero, depth, step)
            : packed(other, packedVector, zero, e.i32(1));
        if (byColumns) {
          const left = elementOf(w, byColumns, free.axes, start, depth, step);
          const strides = [zero, e.i32(bytes), e.i32(byColumns.along), zero, zero];
          e.callNow("tile_sums", right, left, sums, steps, count, ...strides, isFirst);
          return;
        }
        const left = byRows
          ? elementOf(w, byRows, free.axes, start, depth, step)
          : packed(free, packedMatrix, start, count);
        const leftRow = byRows ? e.i32(byRows.across) : w.times(steps, e.i32(bytes));
        e.callNow("tile_dots", left, right, sums, steps, count, leftRow, zero, zero, zero, zero, isFirst);
      });
      writeEpilogue(w, kernel, sums, free.axes, start, count);
    });
  });
}
