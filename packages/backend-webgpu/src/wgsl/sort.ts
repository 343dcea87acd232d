import { isFloat, type SortKernel } from "@cresset/core/backend";
import { loadText, value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import { operationText } from "./operations.ts";
import type { Machine, Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { valueType } from "./types.ts";
import type { Writer } from "./writer.ts";

/**
 * One pass of a sort of long rows (`sort-passes.ts`). A whole row may be one block, sorted by a workgroup; else blocks of the row are sorted first, into
 * a row of values and one of their positions, then neighbouring runs are merged, whose length is the last extent. The last merge
 * writes the target.
 */
export interface SortPass extends SortKernel {
  readonly pass: "whole" | "blocks" | "merge" | "last merge";
  /** Operands: values and positions that are read (by merges), and that are written. */
  readonly from: readonly [values: number, positions: number];
  readonly to: readonly [values: number, positions: number];
}

/** Elements that a pass over blocks sorts by itself, each. */
export function blockLength({ cooperative }: Machine): number {
  return cooperative ? lanes * items : 64;
}

const lanes = 256;
const items = 4;

export interface SortVariant {
  /** Threads that sort a block in memory that they share; 1: each places an element by itself. */
  readonly lanes: 1 | typeof lanes;
}

/** Threads in a workgroup. */
export const sortThreads = (variant: SortVariant): number => (variant.lanes === 1 ? 64 : variant.lanes);

const isSortPass = (kernel: SortKernel): kernel is SortPass => "pass" in kernel;

/** Whether the last extent is the length of a run, not one of an axis to run along. */
export const isMerge = (kernel: SortKernel): boolean => isSortPass(kernel) && kernel.pass.endsWith("merge");

export function planSort(
  kernel: SortKernel,
  extents: readonly number[],
  machine: Machine,
): Plan & { readonly sort: SortVariant } {
  const points = (end: number): number => extents.slice(0, end).reduce((a, b) => a * b, 1);
  const merges = isMerge(kernel);
  if (isSortPass(kernel) && !merges && machine.cooperative) {
    const blocks = Math.ceil(extents[kernel.axes - 1] / blockLength(machine));
    const steps = items * Math.log2(lanes * items) ** 2;
    return { key: "shared", workgroups: points(kernel.axes - 1) * blocks, steps, sort: { lanes } };
  }
  const workgroups = Math.ceil(points(kernel.axes - (merges ? 1 : 0)) / 64);
  const row = extents[kernel.axes - 1];
  return { key: "", workgroups, steps: merges ? Math.log2(row) : row, sort: { lanes: 1 } };
}

export function writeSort(writer: Writer, kernel: SortKernel, variant: SortVariant): void {
  if (!isSortPass(kernel)) writeCounting(writer, kernel);
  else if (isMerge(kernel)) writeMerge(writer, kernel);
  else if (variant.lanes === 1) writeCounting(writer, kernel);
  else writeBlocks(writer, kernel);
}

/** Whether a comes before b wherever they are. NaN is the greatest. */
function lessText(writer: Writer, { descending, value: { dtype } }: SortKernel, a: string, b: string): string {
  const [p, q] = descending ? [b, a] : [a, b];
  return isFloat(dtype) ? `${writer.use("beats_max")}(${q}, ${p})` : operationText(writer, "lt", dtype, [p, q]);
}

/** The number of an element, of all rows one after another. */
function placeText(kernel: SortKernel, position: string): string {
  return kernel.axes === 1 ? position : `row * n${kernel.axes - 1} + ${position}`;
}

/** A thread for each element counts what comes before it: that many places from the start is where its position goes. */
function writeCounting(writer: Writer, kernel: SortKernel): void {
  const last = kernel.axes - 1;
  const rows = Array.from({ length: last }, (_, axis) => axis);
  writer.line("let point = workgroup * 64 + thread;");
  writer.line(`if (point >= ${extentText([...rows, last])}) { return; }`);
  writer.line(`let row = point / n${last};`);
  writer.line(`let own = point % n${last};`);
  writeCoordinates(writer, rows, "row");
  writer.axes.set(last, "own");
  writer.line(`let key = ${value(writer, kernel.value)};`);
  const block = isSortPass(kernel);
  writer.line(block ? "let first = own - own % 64;" : "let first = 0;");
  writer.line(block ? `let end = min(first + 64, n${last});` : `let end = n${last};`);
  writer.line("var before = first;");
  writer.open("for (var other = first; other < end; other++)");
  writer.axes.set(last, "other");
  const x = writer.name("v", value(writer, kernel.value));
  writer.open(`if (${lessText(writer, kernel, x, "key")} || (other < own && !${lessText(writer, kernel, "key", x)}))`);
  writer.line("before++;");
  writer.close();
  writer.close();
  if (block) {
    writer.line(`let place = ${placeText(kernel, "before")};`);
    writeStore(writer, kernel.to[0], "place", "key");
    writeStore(writer, kernel.to[1], "place", "own");
    return;
  }
  writer.axes.set(last, "before");
  writeStore(writer, kernel.target, indexText(writer, kernel.index), `${writer.use("int64_of")}(own)`);
}

/**
 * Where an element of one of two sorted runs goes: as far behind their start as there are elements before it, in its own run
 * and in the other, where it is looked up. Of equal elements those of the first run come first. Declares `rank`.
 */
function writeRank(
  writer: Writer,
  kernel: SortKernel,
  { own, start, middle, end }: Readonly<Record<"own" | "start" | "middle" | "end", string>>,
  keyAt: (position: string) => string,
): void {
  writer.line(`let in_first = ${own} < ${middle};`);
  writer.line(`var low = select(${start}, ${middle}, in_first);`);
  writer.line(`var high = select(${middle}, ${end}, in_first);`);
  writer.open("while (low < high)");
  writer.line("let between = low + (high - low) / 2;");
  writer.line(`let other = ${keyAt("between")};`);
  const before = lessText(writer, kernel, "other", "key");
  const notBehind = `!${lessText(writer, kernel, "key", "other")}`;
  // For those of the second run, equal ones count too.
  writer.open(`if (${before} || (!in_first && ${notBehind}))`);
  writer.line("low = between + 1;");
  writer.otherwise();
  writer.line("high = between;");
  writer.close();
  writer.close();
  writer.line(
    `let rank = ${start} + select(${own} - ${middle} + low - ${start}, ${own} - ${start} + low - ${middle}, in_first);`,
  );
}

/** A block for each workgroup: runs of 1, 2, 4 … elements are merged in shared memory. */
function writeBlocks(writer: Writer, kernel: SortPass): void {
  const last = kernel.axes - 1;
  const { dtype } = kernel.value;
  const length = lanes * items;
  const keys = writer.workgroupArray("keys", valueType(dtype), length);
  const positions = writer.workgroupArray("positions", "i32", length);
  writer.line(`let blocks = (n${last} + ${length - 1}) / ${length};`);
  writer.line("let row = workgroup / blocks;");
  writer.line(`let first = (workgroup % blocks) * ${length};`);
  writer.line(`let count = min(n${last} - first, ${length});`);
  writeCoordinates(
    writer,
    Array.from({ length: last }, (_, axis) => axis),
    "row",
  );
  const eachOwn = (body: () => void): void => {
    writer.open(`for (var item = 0; item < ${items}; item++)`);
    writer.line(`let own = thread + item * ${lanes};`);
    writer.line("if (own >= count) { break; }");
    body();
    writer.close();
  };
  eachOwn(() => {
    writer.line("let position = first + own;");
    writer.axes.set(last, "position");
    writer.line(`${keys}[own] = ${value(writer, kernel.value)};`);
    writer.line(`${positions}[own] = position;`);
  });
  writer.line("workgroupBarrier();");
  writer.line(`var own_keys: array<${valueType(dtype)}, ${items}>;`);
  writer.line(`var own_positions: array<i32, ${items}>;`);
  writer.line(`var ranks: array<i32, ${items}>;`);
  writer.open("for (var width = 1; width < count; width *= 2)");
  eachOwn(() => {
    writer.line(`let key = ${keys}[own];`);
    writer.line("let start = own - own % (2 * width);");
    writer.line("let middle = min(start + width, count);");
    writer.line("let end = min(start + 2 * width, count);");
    writeRank(
      writer,
      kernel,
      { own: "own", start: "start", middle: "middle", end: "end" },
      (position) => `${keys}[${position}]`,
    );
    writer.line("own_keys[item] = key;");
    writer.line(`own_positions[item] = ${positions}[own];`);
    writer.line("ranks[item] = rank;");
  });
  writer.line("workgroupBarrier();");
  eachOwn(() => {
    writer.line(`${keys}[ranks[item]] = own_keys[item];`);
    writer.line(`${positions}[ranks[item]] = own_positions[item];`);
  });
  writer.line("workgroupBarrier();");
  writer.close();
  eachOwn(() => {
    if (kernel.pass === "whole") {
      writer.axes.set(last, "own");
      const position = `${writer.use("int64_of")}(${positions}[own])`;
      writeStore(writer, kernel.target, indexText(writer, kernel.index), position);
      return;
    }
    writer.line(`let place = ${placeText(kernel, "first + own")};`);
    writeStore(writer, kernel.to[0], "place", `${keys}[own]`);
    writeStore(writer, kernel.to[1], "place", `${positions}[own]`);
  });
}

/** A thread for each element of two runs that become one. */
function writeMerge(writer: Writer, kernel: SortPass): void {
  // The last axis is the length of a run.
  const last = kernel.axes - 2;
  const rows = Array.from({ length: last }, (_, axis) => axis);
  writer.line("let point = workgroup * 64 + thread;");
  writer.line(`if (point >= ${extentText([...rows, last])}) { return; }`);
  writer.line(`let row = point / n${last};`);
  writer.line(`let own = point % n${last};`);
  writer.line(`let origin = row * n${last};`);
  writer.line(`let width = n${kernel.axes - 1};`);
  const [values, positions] = kernel.from;
  writer.line(`let key = ${loadText(writer, values, "point")};`);
  writer.line("let start = own - own % (2 * width);");
  writer.line(`let middle = min(start + width, n${last});`);
  writer.line(`let end = min(start + 2 * width, n${last});`);
  writeRank(writer, kernel, { own: "own", start: "start", middle: "middle", end: "end" }, (position) =>
    loadText(writer, values, `(origin + ${position})`),
  );
  const position = loadText(writer, positions, "point");
  if (kernel.pass === "last merge") {
    writeCoordinates(writer, rows, "row");
    writer.axes.set(last, "rank");
    writeStore(writer, kernel.target, indexText(writer, kernel.index), `${writer.use("int64_of")}(${position})`);
    return;
  }
  writer.line("let place = origin + rank;");
  writeStore(writer, kernel.to[0], "place", "key");
  writeStore(writer, kernel.to[1], "place", position);
}
