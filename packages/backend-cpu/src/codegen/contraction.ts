import type { ContractionKernel, Expression } from "@cresset/core/backend";
import { panelKind } from "../multiply.ts";
import { bare, roundText, value } from "./expression.ts";
import { writeStatements } from "./statement.ts";
import type { Writer } from "./writer.ts";

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

function extentOf(axes: readonly number[]): string {
  return axes.map((axis) => `n${axis}`).join(" * ") || "1";
}

/** A loop over `count` consecutive points of `axes` from number `start` on; the axes count up like an odometer. */
function openTile(writer: Writer, counter: string, count: string, axes: readonly number[], start: string): void {
  const declarations = axes.map((axis, i) => {
    const inner = extentOf(axes.slice(i + 1));
    const quotient = i === axes.length - 1 ? start : `(${start} / (${inner}) | 0)`;
    return `i${axis} = ${i === 0 ? quotient : `${quotient} % n${axis}`}`;
  });
  writer.open(`for (let ${[`${counter} = 0`, ...declarations].join(", ")}; ${counter} < ${count}; ${counter}++)`);
  for (const axis of axes) writer.placeAxis(axis);
}

function closeTile(writer: Writer, axes: readonly number[]): void {
  if (axes.length > 0) writer.line(odometer(axes));
  writer.close();
}

function odometer(axes: readonly number[]): string {
  const last = axes[axes.length - 1];
  if (axes.length === 1) return `i${last}++;`;
  return `if (++i${last} === n${last}) { i${last} = 0; ${odometer(axes.slice(0, -1))} }`;
}

/** Packs the values of one operand for a tile of its rows (or columns), depth innermost. */
function writePacking(
  writer: Writer,
  panel: string,
  operand: Expression,
  tile: { counter: string; count: string; axes: readonly number[]; start: string },
  depth: readonly number[],
): void {
  const at = writer.fresh("w");
  writer.line(`let ${at} = 0;`);
  openTile(writer, tile.counter, tile.count, tile.axes, tile.start);
  for (const axis of depth) writer.openLoop(axis);
  writer.line(`${panel}[${at}++] = ${bare(value(writer, operand))};`);
  for (const _ of depth) writer.close();
  closeTile(writer, tile.axes);
}

/**
 * Tiles of packed columns by tiles of packed rows, multiplied by a fixed routine; then the epilogue of each point. Every
 * sum runs over the whole depth in order, so the tiles do not show in the result.
 */
export function writeContraction(writer: Writer, kernel: ContractionKernel): void {
  const batch = range(0, kernel.batch);
  const rows = range(kernel.batch, kernel.rows);
  const columns = range(kernel.batch + kernel.rows, kernel.columns);
  const depth = range(kernel.batch + kernel.rows + kernel.columns, kernel.depth);
  const kind = panelKind(kernel.dtype);
  const multiply = writer.helper({ float: "multiply", integer: "multiplyInteger", int64: "multiplyBigInt" }[kind]);
  writer.line(`const rows = ${extentOf(rows)}, columns = ${extentOf(columns)}, depth = ${extentOf(depth)};`);
  writer.line(`const tile = ${writer.helper("panels")}("${kind}", rows, columns, depth);`);
  writer.line("const { left, right, products, rows: tileRows, columns: tileColumns } = tile;");
  for (const axis of batch) writer.openLoop(axis);
  writer.open("for (let column = 0; column < columns; column += tileColumns)");
  writer.line("const columnCount = Math.min(tileColumns, columns - column);");
  const columnTile = { counter: "c", count: "columnCount", axes: columns, start: "column" };
  writePacking(writer, "right", kernel.right, columnTile, depth);
  writer.open("for (let row = 0; row < rows; row += tileRows)");
  writer.line("const rowCount = Math.min(tileRows, rows - row);");
  const rowTile = { counter: "r", count: "rowCount", axes: rows, start: "row" };
  writePacking(writer, "left", kernel.left, rowTile, depth);
  writer.line(`${multiply}(left, right, products, rowCount, columnCount, depth);`);
  openTile(writer, "r", "rowCount", rows, "row");
  openTile(writer, "c", "columnCount", columns, "column");
  writer.define(kernel.register, bare(roundText(writer, kernel.dtype, "products[r * columnCount + c]")));
  writeStatements(writer, kernel.body);
  closeTile(writer, columns);
  closeTile(writer, rows);
  writer.close();
  writer.close();
  for (const _ of batch) writer.close();
}
