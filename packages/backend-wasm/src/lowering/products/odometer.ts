import type { Value, Variable } from "../code/emitter.ts";
import type { KernelWriter } from "../writer.ts";

/** Sets the coordinates along `axes` to those of a row-major position, by divisions. */
export function placeAt(w: KernelWriter, axes: readonly number[], position: Value): void {
  let rest = position;
  for (let i = axes.length - 1; i > 0; i--) {
    const extent = w.extent(axes[i]);
    // An empty axis has no positions; one that is never reached must not divide by zero.
    const divisor = w.e.select(extent, w.e.i32(1), extent);
    w.setAxis(axes[i], w.e.op("i32.rem_u", rest, divisor));
    rest = w.e.op("i32.div_u", rest, divisor);
  }
  if (axes.length > 0) w.setAxis(axes[0], rest);
}

/**
 * Runs `body` at `count` points along an axis from `start` on. With `vector` it computes four; those of `overlap` vectors are
 * computed in turn, or of one more, so that none is left over that has to wait for itself. The last points are computed one by
 * one, or, where the kernel may do that, together with some before them once more.
 *
 * @param overlap 0: no vectors.
 */
export function eachNeighbour(
  w: KernelWriter,
  axis: number,
  start: Value,
  count: Value,
  overlap: number,
  body: (first: Value, vector: boolean) => void,
): void {
  const { e } = w;
  const counter = e.variable("i32", start);
  const end = w.plus(start, count);
  const vector = (i: Value): void => {
    w.setAxis(axis, i);
    w.vectorAxis = axis;
    body(i, true);
    w.vectorAxis = undefined;
  };
  const apart = (): void => {
    e.loop(counter, end, 1, (i) => {
      w.setAxis(axis, i);
      body(i, false);
    });
  };
  /** The end of as many multiples of so many points as there are after the first `from`. */
  const whole = (points: number, from: Value): Value =>
    w.plus(w.plus(start, from), e.op("i32.and", e.op("i32.sub", count, from), e.i32(-points)));
  const together = (vectors: number, until: Value): void =>
    e.loop(counter, until, 4 * vectors, (i) => {
      e.interleaved(Array.from({ length: vectors }, (_, n) => () => vector(e.shifted(i, 4 * n))));
    });
  let more = e.i32(0);
  if (overlap > 2) {
    const left = e.op("i32.and", e.op("i32.shr_u", count, e.i32(2)), e.i32(overlap - 1));
    const spread = w.times(left, e.i32(4 * (overlap + 1)));
    more = e.select(spread, more, e.op("i32.le_s", spread, count));
    together(overlap + 1, w.plus(start, more));
  }
  if (overlap > 1) together(overlap, whole(4 * overlap, more));
  if (overlap > 0 && w.repeatable) {
    const last = w.plus(end, e.i32(-4));
    const again = (): void => e.loop(counter, end, 4, (i) => vector(e.select(i, last, e.op("i32.lt_s", i, last))));
    e.branch(e.op("i32.ge_s", count, e.i32(4)), again, apart);
    return;
  }
  if (overlap > 0) e.loop(counter, whole(4, e.i32(0)), 4, vector);
  apart();
}

/**
 * Runs `body` at `count` points of `axes` from a row-major position on. `step` counts the points from 0; with `vector`, the
 * body computes four neighbouring points of the last axis.
 *
 * @param overlap how many vectors are computed in turn; 0: no vectors.
 */
export function eachPoint(
  w: KernelWriter,
  axes: readonly number[],
  start: Value,
  count: Value,
  body: (step: Value, vector: boolean) => void,
  overlap = w.target.simd ? 1 : 0,
): void {
  if (axes.length === 1) {
    eachStep(w, axes[0], start, w.e.i32(0), count, body, overlap);
    return;
  }
  eachRun(w, axes, start, count, (first, done, length) => {
    eachStep(w, axes[axes.length - 1], first, done, length, body, overlap);
  });
}

/** `count` points along one axis, of which the first is step `done`. */
function eachStep(
  w: KernelWriter,
  axis: number,
  start: Value,
  done: Value,
  count: Value,
  body: (step: Value, vector: boolean) => void,
  overlap: number,
): void {
  const { e } = w;
  // Counts from 0, as `start` may differ from run to run.
  eachNeighbour(w, axis, e.i32(0), count, overlap, (i, vector) => {
    const { base, by } = i.shifted ?? { base: i, by: 0 };
    w.setAxis(axis, e.shifted(w.plus(start, base), by));
    body(e.shifted(w.plus(done, base), by), vector);
  });
}

/**
 * Cuts `count` points of several axes into runs along the last one. The body gets the run's first coordinate there, how
 * many points came before, and the run's length; the other coordinates are set.
 */
export function eachRun(
  w: KernelWriter,
  axes: readonly number[],
  start: Value,
  count: Value,
  body: (first: Value, done: Value, length: Value) => void,
): void {
  const { e } = w;
  placeAt(w, axes, start);
  const digits = axes.map((axis) => e.variable("i32", w.axis(axis)));
  const counter = e.variable("i32", e.i32(0));
  e.repeat(counter, count, () => {
    for (const [i, axis] of axes.entries()) w.setAxis(axis, e.copy(digits[i]));
    const done = e.copy(counter);
    const last = axes[axes.length - 1];
    const first = last === undefined ? e.i32(0) : w.axis(last);
    const here = last === undefined ? e.i32(1) : e.op("i32.sub", w.extent(last), first);
    const rest = e.op("i32.sub", count, done);
    const length = e.select(here, rest, e.op("i32.lt_s", here, rest));
    body(first, done, length);
    e.set(counter, e.op("i32.add", done, length));
    turn(w, axes, digits, axes.length - 1, length);
  });
}

/** Adds to a digit; where it reaches its extent it starts again, and the next one counts up. */
function turn(w: KernelWriter, axes: readonly number[], digits: readonly Variable[], digit: number, by: Value): void {
  if (digit < 0) return;
  const { e } = w;
  const variable = digits[digit];
  e.set(variable, e.op("i32.add", e.get(variable), by));
  if (digit === 0) return;
  e.branch(e.op("i32.ge_s", e.get(variable), w.extent(axes[digit])), () => {
    e.set(variable, e.i32(0));
    turn(w, axes, digits, digit - 1, e.i32(1));
  });
}
