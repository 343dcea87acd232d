/**
 * Sums of floats. The point at position p (within the reduced axes, row-major) goes to partial sum p modulo 4, whatever the
 * code; partial sums are float64 and are combined in the end. Of float32 (and float16), if there are so many, 64 positions at
 * a time (the last ones may be fewer, but for less than four) are first added in float32, again p modulo 4: rounding errors
 * of 16 terms do not grow, and vectors of float32 hold twice as much. So the order depends on the number of points alone.
 */

import { type DType, isFloat, type Reduction } from "@cresset/core/backend";
import type { Value } from "../code/emitter.ts";
import type { Lanes } from "../code/lanes.ts";
import { cast } from "../values/cast.ts";
import { toFloat64 } from "../values/conversions.ts";
import type { KernelWriter } from "../writer.ts";
import { type Accumulator, combiningOperation, LaneVariable, outerWidth, settled } from "./reduction.ts";

/** Positions that are added in float32. Fewer points are added in float64 alone. */
export const chunkSize = 64;

/** Whether many points of a dtype are added in chunks: float64 needs none, and integers have no order. */
export const addedInChunks = (dtype: DType): boolean => isFloat(dtype) && dtype !== "float64";

/** How many of `count` points belong to chunks. */
export function chunked(w: KernelWriter, count: Value): Value {
  const { e } = w;
  if (!w.assumptions.chunks) return e.i32(0);
  const whole = e.op("i32.and", count, e.i32(-4));
  return e.select(whole, e.i32(0), e.op("i32.ge_u", count, e.i32(chunkSize)));
}

/** Runs `body` for each chunk of the first `inside` points, from one position to another. */
export function eachChunk(w: KernelWriter, inside: Value, body: (from: Value, to: Value) => void): void {
  const { e } = w;
  e.loop(e.variable("i32", e.i32(0)), inside, chunkSize, (from) => {
    const to = w.plus(from, e.i32(chunkSize));
    body(from, e.select(to, inside, e.op("i32.lt_s", to, inside)));
  });
}

/** Whether a chunk ends with the `points` points from position `i` on. */
export function endsChunk(w: KernelWriter, i: Value, points: number, inside: Value): Value {
  const { e } = w;
  const next = w.plus(i, e.i32(points));
  return e.op("i32.or", e.op("i32.eqz", e.op("i32.and", next, e.i32(chunkSize - 1))), e.op("i32.eq", next, inside));
}

/** Between points, partial sums rotate, so that the next one is always first. */
class Partial4 {
  readonly sums: readonly LaneVariable[];
  readonly #w: KernelWriter;

  constructor(w: KernelWriter, start: Lanes) {
    this.#w = w;
    this.sums = [0, 1, 2, 3].map(() => new LaneVariable(w, start));
  }

  /** As the lanes of one vector. */
  packed(): LaneVariable {
    return new LaneVariable(this.#w, this.#w.m.assemble(this.sums.map((sum) => sum.get())));
  }

  unpack(packed: LaneVariable): void {
    const lanes = packed.get();
    for (const [i, sum] of this.sums.entries()) sum.set(this.#w.m.extract(lanes, i));
  }

  rotate(next: Lanes): void {
    const [, b, c, d] = this.sums;
    this.#w.e.setAll(
      this.sums.flatMap((sum) => sum.variables),
      [b.get(), c.get(), d.get(), next].flatMap((lanes) => lanes.parts),
    );
  }
}

export function floatSum(w: KernelWriter, reduction: Reduction, op: "sum" | "product"): Accumulator {
  const { m, e } = w;
  const { dtype } = reduction;
  const inChunks = op === "sum" && addedInChunks(dtype) && w.assumptions.chunks;
  const combine = (a: Lanes, b: Lanes): Lanes => m.arithmetic(combiningOperation[op], a, b);
  const widen = (x: Lanes): Lanes => cast(m, dtype, "float64", x);
  const zero = m.constant("f32", 0);
  const all = new Partial4(w, outerWidth(w, m.constant("f64", op === "sum" ? 0 : 1)));
  const { sums } = all;
  const part = inChunks ? new Partial4(w, outerWidth(w, zero)) : undefined;
  const [one] = part?.sums ?? sums;
  let packed: LaneVariable | undefined;
  let packedPart: LaneVariable | undefined;
  const addVector = (x: Lanes): void => packed?.set(combine(packed.get(), widen(x)));
  const addChunkVector = (x: Lanes): void => {
    if (packedPart) packedPart.set(m.add(packedPart.get(), x));
    else addVector(x);
  };
  /** Adds the chunk's four partial sums to the others. */
  const flush = (): void => {
    for (const [i, sum] of sums.entries()) {
      const from = part?.sums[i];
      if (!from) continue;
      sum.set(combine(sum.get(), toFloat64(m, from.copy())));
      from.set(zero);
    }
  };
  const flushVector = (): void => {
    if (!packed || !packedPart) return;
    packed.set(combine(packed.get(), toFloat64(m, packedPart.copy())));
    packedPart.set(zero);
  };
  const add = (x: Lanes): void => all.rotate(combine(sums[0].get(), outerWidth(w, widen(x))));
  return {
    ordered: true,
    byResidue: true,
    inChunks,
    add,
    addCounted(x, inside, full) {
      if (!part) return add(x);
      e.branch(
        inside,
        () => {
          part.rotate(m.add(part.sums[0].get(), outerWidth(w, x)));
          e.branch(full, flush);
        },
        () => add(x),
      );
    },
    addResidue(x, r, chunk) {
      if (chunk && part) one.set(m.add(one.get(), x));
      else sums[r].set(combine(sums[r].get(), widen(x)));
    },
    leaveResidue(r) {
      const sum = sums[r ?? 0];
      const total = part ? combine(sum.get(), toFloat64(m, one.copy())) : sum.get();
      if (r === undefined) all.rotate(total);
      else sum.set(total);
      if (part) one.set(zero);
    },
    enterVector() {
      packed = all.packed();
      packedPart = part?.packed();
    },
    addVector,
    addVectorsCounted(xs, inside, full) {
      const apart = (): void => xs.forEach(addVector);
      if (!part) return apart();
      e.branch(
        inside,
        () => {
          xs.forEach(addChunkVector);
          e.branch(full, flushVector);
        },
        apart,
      );
    },
    addChunkVector,
    leaveChunk: flushVector,
    leaveVector() {
      if (packed) all.unpack(packed);
      if (packedPart) part?.unpack(packedPart);
    },
    finish() {
      const [a, b, c, d] = sums.map((sum) => sum.get());
      const total = combine(combine(a, b), combine(c, d));
      w.define(reduction.register, settled(w, cast(m, "float64", dtype, total)));
    },
  };
}
