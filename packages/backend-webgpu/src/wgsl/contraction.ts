import { type ContractionKernel, type Expression, isFloat } from "@cresset/core/backend";
import { literal, roundText, value } from "./expression.ts";
import { step } from "./loop.ts";
import { operationText } from "./operations.ts";
import type { Machine, Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { noInner, writeStatements } from "./statement.ts";
import type { Writer } from "./writer.ts";

export type ContractionVariant =
  /** A thread for each point, which goes along the depth. */
  | { readonly kind: "points" }
  /** `lanes` threads share the depth of one point. */
  | { readonly kind: "lanes"; readonly lanes: number }
  /** A workgroup for a tile of rows × columns, whose operands pass through shared memory, `depth` at a time. */
  | {
      readonly kind: "tile";
      readonly rows: number;
      readonly columns: number;
      readonly depth: number;
      readonly each: number;
    };

interface Axes {
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly depth: readonly number[];
}

function axesOf(kernel: ContractionKernel): Axes {
  const range = (start: number, count: number): number[] => Array.from({ length: count }, (_, i) => start + i);
  const { batch, rows, columns, depth } = kernel;
  return {
    batch: range(0, batch),
    rows: range(batch, rows),
    columns: range(batch + rows, columns),
    depth: range(batch + rows + columns, depth),
  };
}

export function planContraction(
  kernel: ContractionKernel,
  extents: readonly number[],
  machine: Machine,
): Plan & { readonly contraction: ContractionVariant } {
  const axes = axesOf(kernel);
  const count = (of: readonly number[]): number => of.reduce((n, axis) => n * extents[axis], 1);
  const [batch, rows, columns, depth] = [count(axes.batch), count(axes.rows), count(axes.columns), count(axes.depth)];
  const points = batch * rows * columns;
  if (!machine.cooperative || !isFloat(kernel.dtype) || depth <= 4)
    return plan({ kind: "points" }, Math.ceil(points / 64));
  if (rows < 8 || columns < 8) {
    if (depth < 64 && points >= 4096) return plan({ kind: "points" }, Math.ceil(points / 64));
    const lanes = depth >= 2048 ? 256 : depth >= 256 ? 128 : 32;
    return plan({ kind: "lanes", lanes }, points);
  }
  const tiles = (size: number): number => batch * Math.ceil(rows / size) * Math.ceil(columns / size);
  const size = tiles(128) >= 128 ? 128 : tiles(64) >= 64 ? 64 : tiles(32) >= 16 ? 32 : 16;
  const each = size === 128 ? 8 : size === 16 ? 1 : 4;
  const tile = { kind: "tile", rows: size, columns: size, depth: size === 128 ? 8 : 16, each } as const;
  return plan(tile, tiles(size));
}

function plan(
  contraction: ContractionVariant,
  workgroups: number,
): Plan & { readonly contraction: ContractionVariant } {
  return { key: Object.values(contraction).join("x"), workgroups, contraction };
}

/** Threads in a workgroup of a variant. */
export function threadsOf(variant: ContractionVariant): number {
  switch (variant.kind) {
    case "points":
      return 64;
    case "lanes":
      return variant.lanes;
    case "tile":
      return (variant.rows / variant.each) * (variant.columns / variant.each);
  }
}

export function writeContraction(writer: Writer, kernel: ContractionKernel, variant: ContractionVariant): void {
  const axes = axesOf(kernel);
  if (variant.kind === "tile") writeTile(writer, kernel, axes, variant);
  else if (variant.kind === "lanes") writeDot(writer, kernel, axes, variant.lanes);
  else writePoints(writer, kernel, axes);
}

/** The body, once per point: the sum is its register. */
function writeEpilogue(writer: Writer, kernel: ContractionKernel, sum: string): void {
  writer.line(`let r${kernel.register} = ${roundText(writer, kernel.dtype, sum)};`);
  writer.registers.set(kernel.register, `r${kernel.register}`);
  writeStatements(writer, kernel.body, { only: null, inner: noInner });
}

function writePoints(writer: Writer, kernel: ContractionKernel, axes: Axes): void {
  const outer = [...axes.batch, ...axes.rows, ...axes.columns];
  writer.line("let point = workgroup * 64 + thread;");
  writer.line(`if (point >= ${extentText(outer)}) { return; }`);
  writeCoordinates(writer, outer, "point");
  writer.line(`var sum = ${literal(writer, kernel.dtype, 0)};`);
  for (const axis of axes.depth) {
    writer.open(`for (var i${axis} = 0; i${axis} < n${axis}; i${axis}++)`);
    writer.axes.set(axis, `i${axis}`);
  }
  const term = operationText(writer, "mul", kernel.dtype, [value(writer, kernel.left), value(writer, kernel.right)]);
  writer.line(`sum = ${operationText(writer, "add", kernel.dtype, ["sum", term])};`);
  for (const _ of axes.depth) writer.close();
  writeEpilogue(writer, kernel, "sum");
}

function writeDot(writer: Writer, kernel: ContractionKernel, axes: Axes, lanes: number): void {
  const outer = [...axes.batch, ...axes.rows, ...axes.columns];
  const shared = writer.workgroupArray("sums", "f32", lanes);
  writeCoordinates(writer, outer, "workgroup");
  writer.line("var sum = 0.0f;");
  writer.open(`for (var k = thread; k < ${extentText(axes.depth)}; k += ${lanes})`);
  writeCoordinates(writer, axes.depth, "k");
  writer.line(`sum += ${value(writer, kernel.left)} * ${value(writer, kernel.right)};`);
  writer.close();
  writer.line(`${shared}[thread] = sum;`);
  writer.line("workgroupBarrier();");
  writer.open(`for (var half = ${lanes / 2}; half > 0; half = half / 2)`);
  writer.line(`if (thread < half) { ${shared}[thread] += ${shared}[thread + half]; }`);
  writer.line("workgroupBarrier();");
  writer.close();
  writer.line("if (thread != 0) { return; }");
  writeEpilogue(writer, kernel, `${shared}[0]`);
}

/** Whether an operand walks through memory along the last axis of the depth. */
function depthIsContiguous(operand: Expression, axes: Axes): boolean {
  if (operand.kind === "load") return step(operand.index, axes.depth[axes.depth.length - 1]) === 1;
  if (operand.kind === "guard") return depthIsContiguous(operand.value, axes);
  if (operand.kind === "cast") return depthIsContiguous(operand.input, axes);
  return false;
}

type Tile = Extract<ContractionVariant, { kind: "tile" }>;

/** Fills a tile in shared memory, depth outermost, with the values of an operand; what lies outside is 0. */
function writeFill(
  writer: Writer,
  operand: Expression,
  tile: { readonly shared: string; readonly size: number; readonly depth: number; readonly threads: number },
  side: { readonly axes: readonly number[]; readonly first: string; readonly count: string },
  axes: Axes,
): void {
  const { shared, size, depth, threads } = tile;
  writer.open(`for (var e = thread; e < ${size * depth}; e += ${threads})`);
  if (depthIsContiguous(operand, axes)) {
    writer.line(`let across = e / ${depth};`);
    writer.line(`let along = e % ${depth};`);
  } else {
    writer.line(`let across = e % ${size};`);
    writer.line(`let along = e / ${size};`);
  }
  writer.line(`let outer = ${side.first} + across;`);
  writer.line("let k = start + along;");
  writer.line("var element = 0.0f;");
  writer.open(`if (outer < ${side.count} && k < depth)`);
  writeCoordinates(writer, side.axes, "outer");
  writeCoordinates(writer, axes.depth, "k");
  writer.line(`element = ${value(writer, operand)};`);
  writer.close();
  writer.line(`${shared}[along * ${size} + across] = element;`);
  writer.close();
}

function writeTile(writer: Writer, kernel: ContractionKernel, axes: Axes, tile: Tile): void {
  const { rows, columns, depth, each } = tile;
  const threads = threadsOf(tile);
  const across = columns / each;
  const left = writer.workgroupArray("left", "f32", rows * depth);
  const right = writer.workgroupArray("right", "f32", columns * depth);
  writer.line(`let rows = ${extentText(axes.rows)};`);
  writer.line(`let columns = ${extentText(axes.columns)};`);
  writer.line(`let depth = ${extentText(axes.depth)};`);
  writer.line(`let row_tiles = (rows + ${rows - 1}) / ${rows};`);
  writer.line(`let column_tiles = (columns + ${columns - 1}) / ${columns};`);
  writer.line(`let first_column = (workgroup % column_tiles) * ${columns};`);
  writer.line(`let first_row = ((workgroup / column_tiles) % row_tiles) * ${rows};`);
  writeCoordinates(writer, axes.batch, "(workgroup / (column_tiles * row_tiles))");
  writer.line(`let own_row = (thread / ${across}) * ${each};`);
  writer.line(`let own_column = (thread % ${across}) * ${each};`);
  const count = each * each;
  for (let n = 0; n < count; n++) writer.line(`var sum${n} = 0.0f;`);
  writer.open(`for (var start = 0; start < depth; start += ${depth})`);
  const leftTile = { shared: left, size: rows, depth, threads };
  writeFill(writer, kernel.left, leftTile, { axes: axes.rows, first: "first_row", count: "rows" }, axes);
  const rightTile = { shared: right, size: columns, depth, threads };
  writeFill(writer, kernel.right, rightTile, { axes: axes.columns, first: "first_column", count: "columns" }, axes);
  writer.line("workgroupBarrier();");
  writer.open(`for (var k = 0; k < ${depth}; k++)`);
  for (let i = 0; i < each; i++) writer.line(`let x${i} = ${left}[k * ${rows} + own_row + ${i}];`);
  for (let j = 0; j < each; j++) writer.line(`let y${j} = ${right}[k * ${columns} + own_column + ${j}];`);
  for (let n = 0; n < count; n++) writer.line(`sum${n} = fma(x${Math.floor(n / each)}, y${n % each}, sum${n});`);
  writer.close();
  writer.line("workgroupBarrier();");
  writer.close();
  const names = Array.from({ length: count }, (_, n) => `sum${n}`);
  writer.line(`var sums = array<f32, ${count}>(${names.join(", ")});`);
  writer.open(`for (var n = 0; n < ${count}; n++)`);
  writer.line(`let row = first_row + own_row + n / ${each};`);
  writer.line(`let column = first_column + own_column + n % ${each};`);
  writer.open("if (row < rows && column < columns)");
  writeCoordinates(writer, axes.rows, "row");
  writeCoordinates(writer, axes.columns, "column");
  writeEpilogue(writer, kernel, "sums[n]");
  writer.close();
  writer.close();
}
