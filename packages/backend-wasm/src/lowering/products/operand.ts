/** Operands of contractions that are multiplied where they lie, without packing. */
import { bytesOf, type Expression } from "@cresset/core/backend";
import { linearStride } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import type { NumericKind } from "../code/lanes.ts";
import { addressOf } from "../index-math.ts";
import type { KernelWriter } from "../writer.ts";
import { placeAt } from "./odometer.ts";
import { storageOf } from "./pack.ts";

export interface Matrix {
  readonly load: Expression & { readonly kind: "load" };
  /** Bytes between rows (or columns), and between steps of the depth. */
  readonly across: number;
  readonly along: number;
}

/** The only axis of a list, or none; undefined where there are several. */
const onlyAxis = (axes: readonly number[]): { readonly axis: number | undefined } | undefined =>
  axes.length > 1 ? undefined : { axis: axes[0] };

/** The operand as a matrix in memory, where it is one: elements as they are multiplied, regular distances. */
export function matrixOf(
  e: Expression,
  kind: NumericKind,
  rows: readonly number[],
  depth: readonly number[],
): Matrix | undefined {
  const row = onlyAxis(rows);
  const step = onlyAxis(depth);
  if (e.kind !== "load" || e.dtype !== storageOf[kind] || !row || !step) return undefined;
  const stride = (axis: number | undefined): number =>
    axis === undefined ? 0 : linearStride(e.index, axis) * bytesOf(e.dtype);
  const matrix: Matrix = { load: e, across: stride(row.axis), along: stride(step.axis) };
  return Number.isNaN(matrix.across) || Number.isNaN(matrix.along) ? undefined : matrix;
}

/** The address of an element of a matrix. */
export function elementOf(
  w: KernelWriter,
  { load }: Matrix,
  rows: readonly number[],
  row: Value,
  depth: readonly number[],
  step: Value,
): Value {
  placeAt(w, rows, row);
  placeAt(w, depth, step);
  return addressOf(w, load.operand, load.index, bytesOf(load.dtype));
}
