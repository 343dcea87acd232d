/**
 * Loops whose body asks where a coordinate lies, as those of concatenations and padding do: they are cut where an answer
 * changes, and each segment runs a body that does not ask.
 */
import type { Kernel, LoopKernel, Statement } from "@cresset/core/backend";
import { linearStride } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import { range, sizeOf } from "../products/contraction-axes.ts";
import { operandWord } from "../record.ts";
import type { KernelWriter } from "../writer.ts";
import { cutsOf, type Interval, narrowed } from "./narrow.ts";
import { phaseOf, phasesOf } from "./phases.ts";
import { bodyOf, type Run, runsOf, type Segment, textOf } from "./runs.ts";

/** Bodies of one kernel: more take longer to be compiled than they save. */
const mostBodies = 32;
/** Segments that are looked at, in the hope that they are few runs. */
const mostSegments = 256;
/** All bodies together, as text, to that of the one that asks: where answers leave most of it, a copy for each is too much. */
const mostText = (one: number): number => 3 * one + 1500;
/** How many points a block has, about: what it reads and writes stays in the cache from one segment to the next. */
const blockPoints = 1 << 13;
/** A segment that is narrower has no vectors along its axis. */
const narrowest = 4;

const everywhere: Interval = { from: 0, end: Number.POSITIVE_INFINITY };

/** The segments of a loop over `axis`: at most `most`, so conditions may be left in some of them. */
function segmentsOf(body: readonly Statement[], axis: number, interval: Interval, most: number): Segment[] {
  const cuts = most < 2 ? [] : cutsOf(body, axis, interval);
  if (cuts.length === 0) return [{ ...interval, body }];
  const cut = cuts[cuts.length >> 1];
  const half = (part: Interval, share: number): Segment[] => segmentsOf(narrowed(body, axis, part), axis, part, share);
  return [...half({ ...interval, end: cut }, (most + 1) >> 1), ...half({ ...interval, from: cut }, most >> 1)];
}

/** The few runs of segments that a loop is cut into; none if it stays whole. */
function cutAlong(body: readonly Statement[], axis: number, { operands }: LoopKernel, bodies: number): Run[] {
  if (bodies < 2 || cutsOf(body, axis, everywhere).length === 0) return [];
  const limit = mostText(textOf(body, operands).length);
  for (const most of [mostSegments, bodies, bodies >> 2]) {
    const runs = runsOf(segmentsOf(body, axis, everywhere, most), operands);
    if (runs.length <= bodies && runs.reduce((sum, { text }) => sum + text.length, 0) <= limit) return runs;
  }
  return [];
}

/**
 * Writes the loops of a kernel, segment by segment.
 *
 * @param inside writes the loops of a segment, in which `body` is computed; along some axes it may be too narrow for vectors.
 */
export function writeSegments(
  w: KernelWriter,
  kernel: LoopKernel,
  inside: (body: readonly Statement[], narrow: ReadonlySet<number>) => void,
): void {
  const blocked = new Set<number>();
  const along = (axis: number, body: readonly Statement[], bodies: number, narrow: ReadonlySet<number>): void => {
    if (axis === kernel.outer) {
      inside(body, narrow);
      return;
    }
    const phases = isWritten(body, axis) ? phasesOf(body, axis) : 1;
    if (phases > 1 && phases <= bodies) {
      inBlocks(w, kernel, axis, blocked, () => {
        for (let first = 0; first < phases; first++)
          inPhase(w, axis, phases, first, () => {
            const part = phaseOf(body, { axis, count: phases, first });
            along(axis, part, Math.floor(bodies / phases), narrow);
          });
      });
      return;
    }
    const runs = cutAlong(body, axis, kernel, bodies);
    if (runs.length === 0) {
      along(axis + 1, body, bodies, narrow);
      return;
    }
    inBlocks(w, kernel, axis, blocked, () => {
      for (const run of runs) {
        const { from, end } = run.first;
        const width = end - from;
        eachSegment(w, kernel, axis, run, (segment, start) => {
          const share = Math.floor(bodies / runs.length);
          const stop = end < everywhere.end ? w.plus(start, w.e.i32(width)) : undefined;
          within(w, axis, start, stop, () => {
            along(axis + 1, segment, share, width < narrowest ? new Set([...narrow, axis]) : narrow);
          });
        });
      }
    });
  };
  along(0, kernel.body, mostBodies, new Set(range(0, kernel.outer).filter((axis) => (w.assumptions.way >> axis) & 1)));
}

/** Of loops of so few points it does not matter along which axis they have vectors. */
const fewPoints = 1 << 12;

/** The axes, bit by bit, along which a loop of these extents has less than four points. */
export function narrowAxes(kernel: Kernel, extents: readonly number[]): number {
  const isLarge = kernel.kind === "loop" && sizeOf(range(0, kernel.axes), extents) > fewPoints;
  const narrow = isLarge ? range(0, Math.min(kernel.outer, 31)).filter((axis) => extents[axis] < narrowest) : [];
  return narrow.reduce((axes, axis) => axes | (1 << axis), 0);
}

/** Whether results that are neighbours along an axis are so in memory. */
const isWritten = (body: readonly Statement[], axis: number): boolean =>
  body.some((statement) => statement.kind === "store" && linearStride(statement.index, axis) === 1);

/** Runs `write` for each segment of a run, with its body and its first coordinate. */
function eachSegment(
  w: KernelWriter,
  { axes, operands }: LoopKernel,
  axis: number,
  run: Run,
  write: (body: readonly Statement[], start: Value) => void,
): void {
  const { e } = w;
  const { first, count } = run;
  if (count === 1) {
    write(first.body, e.i32(first.from));
    return;
  }
  const counter = axes + axis;
  e.loop(e.variable("i32", e.i32(0)), e.i32(count), 1, (i) => {
    w.setAxis(counter, i);
    const body = bodyOf(run, operands, counter, (operand, step) =>
      movedOperand(w, operand, w.times(i, e.i32(4 * step))),
    );
    write(body, w.plus(w.times(i, e.i32(first.end - first.from)), e.i32(first.from)));
  });
}

/** The number by which to call the operand that is so many bytes of the record after another one. */
function movedOperand(w: KernelWriter, operand: number, by: Value): number {
  const word = w.e.load("i32.load", w.plus(w.record, by), operandWord(w.kernel, operand));
  return operand + w.kernel.operands.length * w.moved.push(w.e.load("i32.load", word));
}

const least = (w: KernelWriter, a: Value, b: Value): Value => w.e.select(a, b, w.e.op("i32.lt_s", a, b));
const greatest = (w: KernelWriter, a: Value, b: Value): Value => w.e.select(a, b, w.e.op("i32.gt_s", a, b));

/** Runs `body` for what is to be computed of the coordinates from `start` up to `stop`. */
function within(w: KernelWriter, axis: number, start: Value, stop: Value | undefined, body: () => void): void {
  const from = greatest(w, w.from(axis), start);
  const until = greatest(w, from, stop ? least(w, w.until(axis), stop) : w.until(axis));
  between(w, axis, from, until, body);
}

/** Runs `body` for coordinates from `from` up to `until` along an axis. */
function between({ spans }: KernelWriter, axis: number, from: Value, until: Value, body: () => void): void {
  const outside = spans.get(axis);
  spans.set(axis, { from, until });
  body();
  if (outside) spans.set(axis, outside);
  else spans.delete(axis);
}

/** Runs `body` for the coordinates `count · c + first` along an axis, of which it sees c. */
function inPhase(w: KernelWriter, axis: number, count: number, first: number, body: () => void): void {
  const before = (end: Value): Value => w.e.op("i32.div_u", w.plus(end, w.e.i32(count - 1 - first)), w.e.i32(count));
  between(w, axis, before(w.from(axis)), before(w.until(axis)), body);
}

/** Runs `body` for blocks of the axes before `axis`, so that what its segments have in common stays in the cache. */
function inBlocks(w: KernelWriter, kernel: LoopKernel, axis: number, blocked: Set<number>, body: () => void): void {
  const { e } = w;
  const before = Array.from({ length: axis }, (_, i) => i).filter((one) => !blocked.has(one));
  const write = ([one, ...rest]: readonly number[]): void => {
    if (one === undefined) {
      body();
      return;
    }
    const after = Array.from({ length: kernel.axes - one - 1 }, (_, i) => one + 1 + i);
    // An empty axis must not divide by zero.
    const points = greatest(w, w.extentOf(after), e.i32(1));
    const size = greatest(w, e.op("i32.div_u", e.i32(blockPoints), points), e.i32(1));
    const start = e.variable("i32", w.from(one));
    const until = w.until(one);
    e.repeat(start, until, () => {
      const first = e.copy(start);
      const end = least(w, w.plus(first, size), until);
      e.set(start, end);
      blocked.add(one);
      between(w, one, first, end, () => write(rest));
      blocked.delete(one);
    });
  };
  write(before);
}
