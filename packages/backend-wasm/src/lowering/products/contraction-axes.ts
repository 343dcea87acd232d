import type { ContractionKernel, Expression } from "@cresset/core/backend";
import { accesses, scoreOf } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import { columnRange, rowRange } from "../ranges.ts";
import type { KernelWriter } from "../writer.ts";

/** Rows or columns of a contraction: their axes, the operand that has them, and their range. */
export interface Side {
  readonly axes: readonly number[];
  readonly operand: Expression;
  readonly range: number;
}

export interface Axes {
  readonly batch: readonly number[];
  readonly rows: Side;
  readonly columns: Side;
  readonly depth: readonly number[];
}

export function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

/** The axes of a contraction. Rows and columns change places where that lets the results be written side by side. */
export function axesOf(kernel: ContractionKernel): Axes {
  const { batch } = kernel;
  const rows: Side = { axes: range(batch, kernel.rows), operand: kernel.left, range: rowRange(kernel) };
  const columns: Side = {
    axes: range(batch + kernel.rows, kernel.columns),
    operand: kernel.right,
    range: columnRange(kernel),
  };
  const written = accesses(kernel.body);
  const score = ({ axes }: Side): number => (axes.length === 0 ? 0 : scoreOf(written, axes[axes.length - 1]));
  const turned = kernel.rows > 0 && kernel.columns > 0 && score(rows) > score(columns);
  return {
    batch: range(0, batch),
    rows: turned ? columns : rows,
    columns: turned ? rows : columns,
    depth: range(batch + kernel.rows + kernel.columns, kernel.depth),
  };
}

/** The product of extents, 1 of none. */
export const sizeOf = (axes: readonly number[], extents: readonly number[]): number =>
  axes.reduce((product, axis) => product * extents[axis], 1);

/** The lesser of two integers. */
export function lesser(w: KernelWriter, a: Value, b: Value): Value {
  return w.e.select(a, b, w.e.op("i32.lt_s", a, b));
}

/** A loop in blocks; the body gets the start of each and its size. */
export function blocks(
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

export function roundedUp(w: KernelWriter, x: Value, to: number): Value {
  return w.e.op("i32.and", w.plus(x, w.e.i32(to - 1)), w.e.i32(-to));
}

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;
