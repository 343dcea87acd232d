/** Strips of contractions in blocks of columns, which are packed unless they lie well. */
import type { ContractionKernel } from "@cresset/core/backend";
import type { Value } from "../code/emitter.ts";
import { nested } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { type Axes, blocks, roundUp } from "./contraction-axes.ts";
import { computedKind } from "./epilogue.ts";
import { packedBytes } from "./microkernel.ts";
import { elementOf, type Matrix, matrixOf } from "./operand.ts";
import { packPanels } from "./pack.ts";
import { block, type Left, type Right, writeColumns } from "./strip-loop.ts";
import { columnsOf, tileName, tileOf } from "./tile.ts";

/** A right operand of so many bytes is read where it lies, and one of which so few rows make use. */
const smallBytes = 32 * 1024;
const fewRows = 24;
/** So is one whose steps are so near that a block of them fits the first cache as it is. */
const closeBytes = 96;
/** Rows of the left operand that lie side by side are read where they lie, if the steps are not further apart. */
const nearBytes = 1024;

/** Rows that are packed side by side for a strip: a multiple of four. */
export const panelRows = (rows: number): number => roundUp(rows, 4);

/** Where things are in scratch memory. */
interface Scratch {
  readonly rows: Value;
  readonly columns: Value;
  readonly sums: Value;
}

export function writeBlocks(w: KernelWriter, kernel: ContractionKernel, axes: Axes, scratch: Scratch): void {
  const { columns } = axes;
  const kind = computedKind(kernel);
  nested(w, axes.batch, () => {
    blocks(w, w.rangeStart(columns.range), w.rangeEnd(columns.range), block.columns, (column, width) => {
      writeColumns(w, kernel, axes, {
        axes: columns.axes,
        column,
        width,
        sums: scratch.sums,
        tile: (rows) => tileName(kind, rows),
        right: rightOperand(w, kernel, axes, column, width, scratch.columns),
        left: leftOperand(w, kernel, axes, scratch.rows),
      });
    });
  });
}

/** The left operand of a strip, packed if need be. */
function leftOperand(
  w: KernelWriter,
  kernel: ContractionKernel,
  { rows, depth }: Axes,
  to: Value,
): (first: Value, count: Value, step: Value, steps: Value) => Left {
  const { e } = w;
  const kind = computedKind(kernel);
  const matrix = matrixOf(rows.operand, kind, rows.axes, depth);
  const near = matrix && Math.abs(matrix.along) <= nearBytes ? matrix : undefined;
  const panel = panelRows(tileOf(kind, w.target).rows);
  return (first, count, step, steps) => {
    if (near)
      return {
        address: elementOf(w, near, rows.axes, first, depth, step),
        row: e.i32(near.across),
        step: e.i32(near.along),
      };
    const packing = { operand: rows.operand, kind, axes: rows.axes, depth, to, start: first, count };
    packPanels(w, { ...packing, total: w.extentOf(rows.axes), depthStart: step, depthCount: steps }, panel);
    return { address: to, row: e.i32(packedBytes[kind]), step: e.i32(panel * packedBytes[kind]) };
  };
}

/** The right operand of a block, packed unless it is small, or narrow, and has its columns side by side. */
function rightOperand(
  w: KernelWriter,
  kernel: ContractionKernel,
  { rows, columns, depth }: Axes,
  column: Value,
  width: Value,
  to: Value,
): (step: Value, steps: Value) => Right {
  const { e } = w;
  const kind = computedKind(kernel);
  const bytes = packedBytes[kind];
  const panel = columnsOf(kind, w.target);
  const panelBytes = e.i32(panel * bytes);
  const found = matrixOf(columns.operand, kind, columns.axes, depth);
  const matrix: Matrix | undefined = found?.across === bytes ? found : undefined;
  return (step, steps) => {
    const pack = (): void => {
      const packing = { operand: columns.operand, kind, axes: columns.axes, depth, to, start: column, count: width };
      packPanels(w, { ...packing, total: w.extentOf(columns.axes), depthStart: step, depthCount: steps }, panel);
    };
    const packedPanel = w.times(steps, panelBytes);
    if (!matrix) {
      pack();
      return { address: to, step: panelBytes, panel: packedPanel };
    }
    const inPlace = (): Value => elementOf(w, matrix, columns.axes, column, depth, step);
    if (Math.abs(matrix.along) <= closeBytes)
      return { address: inPlace(), step: e.i32(matrix.along), panel: panelBytes };
    const size = w.times(w.times(w.extentOf(depth), w.extentOf(columns.axes)), e.i32(bytes));
    const isFewRows = e.op("i32.le_s", w.extentOf(rows.axes), e.i32(fewRows));
    const isSmall = e.op("i32.or", e.op("i32.le_u", size, e.i32(smallBytes)), isFewRows);
    const address = e.variable("i32");
    e.branch(
      isSmall,
      () => e.set(address, inPlace()),
      () => {
        pack();
        e.set(address, to);
      },
    );
    return {
      address: e.copy(address),
      step: e.select(e.i32(matrix.along), panelBytes, isSmall),
      panel: e.select(panelBytes, packedPanel, isSmall),
    };
  };
}
