/**
 * Contractions that have rows or columns but not both, where a matrix has no single distance between neighbours: depthwise
 * convolutions and their gradients. What lies in runs, along the results or along the depth, is not packed.
 */
import type { ContractionKernel } from "@cresset/core/backend";
import { linearStride } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import { addressOf } from "../index-math.ts";
import { nested } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { axesOf, lesser, type Side, sizeOf } from "./contraction-axes.ts";
import { writeEpilogue } from "./epilogue.ts";
import { eachPoint, eachRun } from "./odometer.ts";
import { runFunctionName } from "./run-sums.ts";
import { destinationOf } from "./strip-loop.ts";
import { type Load, mostTableSteps, regular } from "./strip-runs.ts";
import { block } from "./thin.ts";

const bytes = 4;
/** A table of so many vectors along the depth is much shorter than what is read. */
const mostTableVectors = 1 << 14;

/** What there is to know at compile time. */
interface ThinRuns {
  readonly batch: readonly number[];
  readonly free: Side;
  readonly depth: readonly number[];
  readonly left: Load;
  readonly right: Load;
  /** The last axis of the results, and of the depth; of these how far neighbours of the right operand lie apart. */
  readonly result: number;
  readonly step: number;
  readonly apart: readonly [results: number, steps: number];
}

/** Undefined where an operand is not regular along each axis. */
function thinRunsOf(kernel: ContractionKernel): ThinRuns | undefined {
  const { batch, rows, columns, depth } = axesOf(kernel);
  const [free, other] = columns.axes.length > 0 ? [columns, rows] : [rows, columns];
  const left = regular(kernel, { ...other, axes: [] }, depth);
  const right = regular(kernel, free, depth);
  if (!left || !right || free.axes.length === 0) return undefined;
  const result = free.axes[free.axes.length - 1];
  const step = depth[depth.length - 1];
  const apart = [linearStride(right.index, result), linearStride(right.index, step)] as const;
  return { batch, free, depth, left, right, result, step, apart };
}

const isNear = (apart: number): boolean => apart === 1 || apart === 2;

/** Which way a contraction goes: 1, by runs of results; 2, by runs along the depth; 0, by neither. */
export function thinWay(kernel: ContractionKernel, extents: readonly number[]): number {
  const runs = thinRunsOf(kernel);
  if (!runs) return 0;
  const { free, left, depth, result, step, apart } = runs;
  const steps = sizeOf(depth, extents);
  const results = sizeOf(free.axes, extents);
  const width = extents[result];
  const alongDepth =
    depth.length > 1 &&
    extents[step] > width &&
    extents[step] % 4 === 0 &&
    isNear(apart[1]) &&
    linearStride(left.index, step) === 1 &&
    steps <= 4 * mostTableVectors &&
    results <= block.results;
  if (alongDepth) return 2;
  // Of several axes of which only the last has more than one point, a thread may have any part.
  const inRuns = free.axes.length === 1 ? depth.length > 1 || apart[1] === 1 : results > width;
  return Number(inRuns && width >= 4 && isNear(apart[0]) && steps <= mostTableSteps);
}

/** Scratch memory, for the way that needs more: two tables of steps, one of results, sums. */
export function thinRunScratch(kernel: ContractionKernel, extents: readonly number[]): number {
  const { columns, rows, depth } = axesOf(kernel);
  return 2 * bytes * (sizeOf(depth, extents) + sizeOf([...rows.axes, ...columns.axes], extents));
}

export function writeThinRuns(w: KernelWriter, kernel: ContractionKernel): void {
  const runs = thinRunsOf(kernel);
  if (!runs) throw new Error("a contraction without runs");
  (w.assumptions.way === 2 ? writeDots : writeSums)(w, kernel, runs);
}

/** By how many bytes an element lies behind the first, as far as some axes go. */
function distance(w: KernelWriter, { index }: Load, axes: readonly number[]): Value {
  const along = (axis: number): Value => w.times(w.axis(axis), w.e.i32(linearStride(index, axis) * bytes));
  return axes.reduce((sum, axis) => w.plus(sum, along(axis)), w.e.i32(0));
}

/** Writes the distances of every step of the depth, or of every fourth; gives the table's end. */
function writeTable(w: KernelWriter, { left, right, depth, step }: ThinRuns, every: number): Value {
  const { e } = w;
  const entry = e.variable("i32", w.scratch);
  nested(w, depth.slice(0, -1), () => {
    e.loop(e.variable("i32", e.i32(0)), w.extent(step), every, (i) => {
      w.setAxis(step, i);
      const here = e.get(entry);
      e.store("i32.store", here, distance(w, left, depth));
      e.store("i32.store", here, distance(w, right, depth), 4);
      e.set(entry, w.plus(here, e.i32(8)));
    });
  });
  return e.copy(entry);
}

/** The addresses of both operands at the first step of the depth. */
function operandsAt(w: KernelWriter, { left, right, depth }: ThinRuns): Value[] {
  for (const axis of depth) w.setAxis(axis, w.e.i32(0));
  return [left, right].map(({ operand, index }) => addressOf(w, operand, index, bytes));
}

/**
 * As many runs of results at a time as differ along one axis only. Of one run a thread may have less than a vector: then it
 * computes some that are another's.
 */
function writeSums(w: KernelWriter, kernel: ContractionKernel, runs: ThinRuns): void {
  const { e } = w;
  const { batch, free, depth, right, result } = runs;
  const outer = free.axes.slice(0, -1);
  const run = outer[outer.length - 1];
  const isOne = outer.length === 0;
  const [apart] = runs.apart;
  const sums = writeTable(w, runs, 1);
  const zero = e.i32(0);
  const four = e.i32(4);
  const start = w.rangeStart(free.range);
  const count = e.op("i32.sub", w.rangeEnd(free.range), start);
  const extent = w.extent(result);
  const first = isOne ? lesser(w, start, e.op("i32.sub", extent, four)) : zero;
  const width = isOne ? e.select(four, count, e.op("i32.lt_s", count, four)) : extent;
  const ofRuns = (n: Value): Value => e.op("i32.div_u", n, width);
  const back = (by: number): Value => w.times(e.op("i32.and", w.times(width, e.i32(-1)), e.i32(3)), e.i32(-bytes * by));
  const destination = w.repeatable ? destinationOf(kernel, outer.slice(-1), [result]) : undefined;
  nested(w, batch, () => {
    eachRun(w, outer, isOne ? zero : ofRuns(start), isOne ? e.i32(1) : ofRuns(count), (from, done, several) => {
      w.setAxis(run, from);
      w.setAxis(result, first);
      const operands = operandsAt(w, runs);
      const to = destination ? addressOf(w, destination.operand, destination.index, bytes) : sums;
      const toRun = destination ? e.i32(destination.rowBytes) : w.times(width, e.i32(bytes));
      const strides = [several, e.i32(linearStride(right.index, run) * bytes), toRun, back(apart), back(1)];
      e.callNow(runFunctionName("sums", apart), ...operands, to, w.extentOf(depth), width, w.scratch, ...strides);
      if (destination) return;
      if (isOne)
        writeEpilogue(w, kernel, w.elementAt(sums, e.op("i32.sub", start, first), bytes), free.axes, start, count);
      else writeEpilogue(w, kernel, sums, free.axes, w.plus(start, w.times(done, width)), w.times(several, width));
    });
  });
}

/** All results of a point of the batch at once. */
function writeDots(w: KernelWriter, kernel: ContractionKernel, runs: ThinRuns): void {
  const { e } = w;
  const { batch, free, depth, right, apart } = runs;
  const zero = e.i32(0);
  const rows = writeTable(w, runs, 4);
  const start = w.rangeStart(free.range);
  const count = e.op("i32.sub", w.rangeEnd(free.range), start);
  const sums = w.elementAt(rows, count, bytes);
  const write = (i: Value): void => e.store("i32.store", w.elementAt(rows, i, bytes), distance(w, right, free.axes));
  eachPoint(w, free.axes, start, count, write, 0);
  nested(w, batch, () => {
    for (const axis of free.axes) w.setAxis(axis, zero);
    const operands = [...operandsAt(w, runs), sums, w.extentOf(depth), count, w.scratch, rows];
    e.callNow(runFunctionName("dots", apart[1]), ...operands, zero, zero, zero, zero);
    writeEpilogue(w, kernel, sums, free.axes, start, count);
  });
}
