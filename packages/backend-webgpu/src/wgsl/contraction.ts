import { type ContractionKernel, type Expression, isFloat } from "@cresset/core/backend";
import { mostPoints } from "../limits.ts";
import { literal, roundText, value } from "./expression.ts";
import { foursOfSide } from "./fours.ts";
import { indexText } from "./index-math.ts";
import { step } from "./loop.ts";
import { operationText } from "./operations.ts";
import type { Machine, Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { noInner, writeStatements } from "./statement.ts";
import { type Joined, joinsBySubgroups, writeTree } from "./tree.ts";
import type { Writer } from "./writer.ts";

export type ContractionVariant =
  /** A thread for each point, which goes along the depth. */
  | { readonly kind: "points" }
  /** `lanes` threads share the depth of one point. */
  | { readonly kind: "lanes"; readonly lanes: number; readonly subgroups: boolean }
  /**
   * A workgroup for a square tile of `size` rows and columns, whose operands pass through shared memory, `depth` at a time. A thread
   * has `each` × `each` points; where there are few tiles, `slices` groups of threads share the depth.
   */
  | {
      readonly kind: "tile";
      readonly size: number;
      readonly depth: number;
      readonly each: number;
      readonly slices: number;
      /** The operand on the left, and on the right, that is loaded four elements at a time; -1: none. */
      readonly fours: readonly [number, number];
    };

type Dot = Extract<ContractionVariant, { kind: "lanes" }>;
type Tile = Extract<ContractionVariant, { kind: "tile" }>;

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
  if (!machine.cooperative || !isFloat(kernel.dtype) || depth <= 4 || depth > mostPoints)
    return plan({ kind: "points" }, Math.ceil(points / 64), depth);
  if (rows < 8 || columns < 8) {
    if (depth < 64 && points >= 4096) return plan({ kind: "points" }, Math.ceil(points / 64), depth);
    const lanes = depth >= 2048 ? 256 : depth >= 256 ? 128 : 32;
    return plan(
      { kind: "lanes", lanes, subgroups: machine.subgroups && joinsBySubgroups(1, lanes) },
      points,
      depth / lanes + 8,
    );
  }
  const tiles = (size: number): number => batch * Math.ceil(rows / size) * Math.ceil(columns / size);
  const size = tiles(128) >= 128 ? 128 : tiles(64) >= 96 ? 64 : 32;
  const slices = size === 32 && depth >= 64 && tiles(32) < 256 ? 4 : 1;
  const fits = 2 * bytesOfVector * stride(size) * 16 <= machine.workgroupBytes - reserved;
  // Values of the heap are words.
  const sideOf = (side: "left" | "right", of: readonly number[], length: number): number =>
    4 * batch * length * depth > machine.heapBytes ? foursOfSide(kernel, side, of, extents) : -1;
  const tile = {
    kind: "tile",
    size,
    depth: slices > 1 ? 32 : fits ? 16 : 8,
    each: size === 128 ? 8 : 4,
    slices,
    fours: [sideOf("left", axes.rows, rows), sideOf("right", axes.columns, columns)],
  } as const;
  return plan(tile, tiles(size), 2 * depth);
}

const bytesOfVector = 16;
/** Of what a workgroup shares, for other than tiles. */
const reserved = 64;

function plan(
  contraction: ContractionVariant,
  workgroups: number,
  steps: number,
): Plan & { readonly contraction: ContractionVariant } {
  return { key: Object.values(contraction).join("x"), workgroups, steps, contraction };
}

/** Threads in a workgroup of a variant. */
export function threadsOf(variant: ContractionVariant): number {
  switch (variant.kind) {
    case "points":
      return 64;
    case "lanes":
      return variant.lanes;
    case "tile":
      return (variant.size / variant.each) ** 2 * variant.slices;
  }
}

export function writeContraction(writer: Writer, kernel: ContractionKernel, variant: ContractionVariant): void {
  const axes = axesOf(kernel);
  if (variant.kind === "tile") writeTile(writer, kernel, axes, variant);
  else if (variant.kind === "lanes") writeDot(writer, kernel, axes, variant);
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

function writeDot(writer: Writer, kernel: ContractionKernel, axes: Axes, { lanes, subgroups }: Dot): void {
  const outer = [...axes.batch, ...axes.rows, ...axes.columns];
  writeCoordinates(writer, outer, "workgroup");
  writer.line("let lane = thread;");
  writer.line("var sum = 0.0f;");
  writer.open(`for (var k = lane; k < ${extentText(axes.depth)}; k += ${lanes})`);
  writeCoordinates(writer, axes.depth, "k");
  writer.line(`sum += ${value(writer, kernel.left)} * ${value(writer, kernel.right)};`);
  writer.close();
  const state: Joined = { types: ["f32"], names: ["sum"], join: ([other]) => writer.line(`sum += ${other};`) };
  writeTree(writer, state, { rows: 1, lanes, subgroups });
  writer.line("if (lane != 0) { return; }");
  writeEpilogue(writer, kernel, "sum");
}

/** Whether an operand walks through memory along the last axis of the depth. */
function depthIsContiguous(operand: Expression, axes: Axes): boolean {
  if (operand.kind === "load") return step(operand.index, axes.depth[axes.depth.length - 1]) === 1;
  if (operand.kind === "guard") return depthIsContiguous(operand.value, axes);
  if (operand.kind === "cast") return depthIsContiguous(operand.input, axes);
  return false;
}

/** Writes the tile of an operand into shared memory, four neighbours of its rows (or columns) at a time; outside it is 0. */
function writeFill(
  writer: Writer,
  operand: Expression,
  tile: { readonly shared: string; readonly size: number; readonly depth: number; readonly threads: number },
  side: { readonly axes: readonly number[]; readonly first: string; readonly count: string },
  axes: Axes,
): void {
  const { shared, size, depth, threads } = tile;
  const fours = size / 4;
  writer.open(`for (var e = thread; e < ${fours * depth}; e += ${threads})`);
  // Neighbouring threads read neighbouring elements.
  const deep = depthIsContiguous(operand, axes);
  writer.line(deep ? `let across = e / ${depth};` : `let across = e % ${fours};`);
  writer.line(deep ? `let along = e % ${depth};` : `let along = e / ${fours};`);
  writer.line(`let outer = ${side.first} + 4 * across;`);
  writer.line("let k = start + along;");
  writer.line("var four = vec4f(0.0f, 0.0f, 0.0f, 0.0f);");
  writer.open("if (k < depth)");
  writeCoordinates(writer, axes.depth, "k");
  const place = operand.kind === "load" ? writer.placement.places[operand.operand] : null;
  if (operand.kind === "load" && place?.kind === "own" && place.fours) {
    // Four divides the last extent: all of them are there or none.
    writer.open(`if (outer < ${side.count})`);
    writeCoordinates(writer, side.axes, "outer");
    writer.line(`four = vec4f(b${operand.operand}[(${indexText(writer, operand.index)}) >> 2u]);`);
    writer.close();
  } else
    for (let i = 0; i < 4; i++) {
      writer.open(`if (outer + ${i} < ${side.count})`);
      writeCoordinates(writer, side.axes, side.axes.length > 1 ? `(outer + ${i})` : writer.name("c", `outer + ${i}`));
      writer.line(`four.${"xyzw"[i]} = ${value(writer, operand)};`);
      writer.close();
    }
  writer.close();
  writer.line(`${shared}[along * ${stride(size)} + across] = four;`);
  writer.close();
}

/** Vectors from one depth of a tile to the next: one more than needed, so that they lie in different banks. */
const stride = (size: number): number => size / 4 + 1;

/** Rows of tiles that are gone through column by column. */
const bandRows = 8;

function writeTile(writer: Writer, kernel: ContractionKernel, axes: Axes, tile: Tile): void {
  const { size, depth, each, slices } = tile;
  const threads = threadsOf(tile);
  const across = size / each;
  const blocks = each / 4;
  // A thread's rows (and columns) are blocks of four, this far apart.
  const apart = size / blocks;
  const left = writer.workgroupArray("left", "vec4f", stride(size) * depth);
  const right = writer.workgroupArray("right", "vec4f", stride(size) * depth);
  writer.line(`let rows = ${extentText(axes.rows)};`);
  writer.line(`let columns = ${extentText(axes.columns)};`);
  writer.line(`let depth = ${extentText(axes.depth)};`);
  writer.line(`let row_tiles = (rows + ${size - 1}) / ${size};`);
  writer.line(`let column_tiles = (columns + ${size - 1}) / ${size};`);
  // Neighbouring workgroups share a few rows of tiles, so that what they read stays in the cache.
  writer.line("let own_tile = workgroup % (column_tiles * row_tiles);");
  writer.line(`let band = own_tile / (${bandRows} * column_tiles);`);
  writer.line(`let band_rows = min(${bandRows}, row_tiles - band * ${bandRows});`);
  writer.line(`let in_band = own_tile - band * ${bandRows} * column_tiles;`);
  writer.line(`let first_row = (band * ${bandRows} + in_band % band_rows) * ${size};`);
  writer.line(`let first_column = (in_band / band_rows) * ${size};`);
  writeCoordinates(writer, axes.batch, "(workgroup / (column_tiles * row_tiles))");
  const place = slices === 1 ? "thread" : writer.name("p", `thread % ${across * across}`);
  if (slices > 1) writer.line(`let slice = thread / ${across * across};`);
  writer.line(`let own_row = ${place} / ${across};`);
  writer.line(`let own_column = ${place} % ${across};`);
  const sums: string[] = [];
  for (let i = 0; i < each; i++) for (let j = 0; j < blocks; j++) sums.push(`sum${i}_${j}`);
  for (const sum of sums) writer.line(`var ${sum} = vec4f(0.0f, 0.0f, 0.0f, 0.0f);`);
  writer.open(`for (var start = 0; start < depth; start += ${depth})`);
  const common = { size, depth, threads };
  writeFill(
    writer,
    kernel.left,
    { shared: left, ...common },
    { axes: axes.rows, first: "first_row", count: "rows" },
    axes,
  );
  writeFill(
    writer,
    kernel.right,
    { shared: right, ...common },
    { axes: axes.columns, first: "first_column", count: "columns" },
    axes,
  );
  writer.line("workgroupBarrier();");
  const share = depth / slices;
  writer.open(
    slices === 1
      ? `for (var k = 0; k < ${depth}; k++)`
      : `for (var k = slice * ${share}; k < slice * ${share} + ${share}; k++)`,
  );
  for (let b = 0; b < blocks; b++) {
    writer.line(`let x${b} = ${left}[k * ${stride(size)} + own_row + ${(b * apart) / 4}];`);
    writer.line(`let y${b} = ${right}[k * ${stride(size)} + own_column + ${(b * apart) / 4}];`);
  }
  for (let i = 0; i < each; i++)
    for (let j = 0; j < blocks; j++)
      writer.line(`sum${i}_${j} = fma(vec4f(x${Math.floor(i / 4)}.${"xyzw"[i % 4]}), y${j}, sum${i}_${j});`);
  writer.close();
  writer.line("workgroupBarrier();");
  writer.close();
  if (slices > 1) writeJoin(writer, sums, across * across, slices);
  writer.line(`var sums = array<vec4f, ${sums.length}>(${sums.join(", ")});`);
  writer.open(`for (var n = 0; n < ${each * each}; n++)`);
  writer.line(`let i = n / ${each};`);
  writer.line(`let j = n % ${each};`);
  writer.line(`let row = first_row + 4 * own_row + (i / 4) * ${apart} + i % 4;`);
  writer.line(`let column = first_column + 4 * own_column + (j / 4) * ${apart} + j % 4;`);
  writer.open("if (row < rows && column < columns)");
  writeCoordinates(writer, axes.rows, "row");
  writeCoordinates(writer, axes.columns, "column");
  writeEpilogue(writer, kernel, "sums[n / 4][n % 4]");
  writer.close();
  writer.close();
}

/** Adds the sums of the slices, in order, to those of the first, whose threads go on alone. */
function writeJoin(writer: Writer, sums: readonly string[], threads: number, slices: number): void {
  const shared = writer.workgroupArray("slice", "vec4f", threads * sums.length);
  writer.open(`for (var other = 1; other < ${slices}; other++)`);
  writer.open("if (slice == other)");
  sums.forEach((sum, n) => {
    writer.line(`${shared}[${n * threads} + thread % ${threads}] = ${sum};`);
  });
  writer.close();
  writer.line("workgroupBarrier();");
  writer.open("if (slice == 0)");
  sums.forEach((sum, n) => {
    writer.line(`${sum} += ${shared}[${n * threads} + thread];`);
  });
  writer.close();
  writer.line("workgroupBarrier();");
  writer.close();
  writer.line("if (slice != 0) { return; }");
}
