/**
 * Strips of contractions of few rows, of float32, whose operands both lie along the depth, as a linear layer's do: nothing is
 * packed, for that would take as long as multiplying.
 */
import type { ContractionKernel } from "@cresset/core/backend";
import type { Value } from "../code/emitter.ts";
import { nested } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { type Axes, axesOf, blocks, sizeOf } from "./contraction-axes.ts";
import { elementOf, type Matrix, matrixOf } from "./operand.ts";
import { rowTileName } from "./row-tiles.ts";
import { block, writeColumns } from "./strip-loop.ts";

const bytes = 4;
/** Of more rows, what is packed once is read by enough strips. */
const mostRows = 8;
/** Steps that are read at once. */
const fewestSteps = 4;

/** The operands; undefined where one does not lie along the depth. */
function operandsOf({ rows, columns, depth }: Axes): readonly [left: Matrix, right: Matrix] | undefined {
  const [left, right] = [rows, columns].map(({ operand, axes }) => matrixOf(operand, "f32", axes, depth));
  return left?.along === bytes && right?.along === bytes ? [left, right] : undefined;
}

export function isFewRows(kernel: ContractionKernel, extents: readonly number[]): boolean {
  const axes = axesOf(kernel);
  return (
    kernel.dtype === "float32" &&
    sizeOf(axes.rows.axes, extents) <= mostRows &&
    sizeOf(axes.depth, extents) >= fewestSteps &&
    operandsOf(axes) !== undefined
  );
}

export function writeFewRows(w: KernelWriter, kernel: ContractionKernel): void {
  const { e } = w;
  const axes = axesOf(kernel);
  const operands = operandsOf(axes);
  if (!operands) throw new Error("operands do not lie along the depth");
  const { batch, rows, columns, depth } = axes;
  const [left, right] = operands;
  const columnStep = e.i32(right.across);
  const vector: Value = e.i32(4 * right.across);
  nested(w, batch, () => {
    blocks(w, w.rangeStart(columns.range), w.rangeEnd(columns.range), block.columns, (column, width) => {
      writeColumns(w, kernel, axes, {
        axes: columns.axes,
        column,
        width,
        sums: w.scratch,
        tile: rowTileName,
        right: (step) => ({
          address: elementOf(w, right, columns.axes, column, depth, step),
          step: columnStep,
          panel: vector,
        }),
        left: (first, _count, step) => ({
          address: elementOf(w, left, rows.axes, first, depth, step),
          row: e.i32(left.across),
          step: e.i32(bytes),
        }),
      });
    });
  });
}
