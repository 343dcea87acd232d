/** Inner loops, with reductions in them. */
import type { Expression, Reduction, ScalarOp, Statement } from "@cresset/core/backend";
import type { Value } from "../code/emitter.ts";
import type { Lanes } from "../code/lanes.ts";
import { value } from "../expression.ts";
import { type Accumulator, accumulator, copies } from "../reductions/reduction.ts";
import { chunked, chunkSize, eachChunk, endsChunk } from "../reductions/sum.ts";
import { nested, statements } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";

type Inner = Statement & { readonly kind: "inner" };

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The reductions of an inner loop: for each copy of the outer point (`writer.ts`) its own. */
class Reductions {
  readonly all: readonly Accumulator[];
  readonly inChunks: boolean;
  readonly ordered: boolean;
  readonly #w: KernelWriter;
  readonly #statement: Inner;
  readonly #copies: Accumulator[][] = [];

  constructor(w: KernelWriter, statement: Inner) {
    this.#w = w;
    this.#statement = statement;
    w.eachCopy((n) => {
      this.#copies[n] = statement.reductions.map((reduction) => accumulator(w, reduction));
    });
    this.all = this.#copies.flat();
    this.inChunks = this.all.some((one) => one.inChunks);
    this.ordered = this.all.some((one) => one.ordered);
  }

  /** The body at the present point: what is reduced there. */
  values(): Lanes[] {
    const { body, reductions } = this.#statement;
    statements(this.#w, body, false);
    return reductions.map((reduction) => value(this.#w, reduction.value));
  }

  /** Runs the body, and feeds what it gives to the reductions. */
  feed(add: (one: Accumulator, x: Lanes) => void): void {
    this.#w.eachCopy((n) => {
      const xs = this.values();
      for (const [i, one] of this.#copies[n].entries()) add(one, xs[i]);
    });
  }

  finish(): void {
    this.#w.eachCopy((n) => {
      for (const one of this.#copies[n]) one.finish();
    });
  }
}

/** @param rows whether it computes four neighbouring points of its last axis at once. */
export function writeInner(w: KernelWriter, statement: Inner, rows: boolean): void {
  const reductions = new Reductions(w, statement);
  const vectors = rows && w.vectorAxis === undefined && w.copies === 1;
  if (statement.axes.length === 0) reductions.feed((one, x) => one.add(x));
  else if (statement.axes.length > 1) writeNested(w, statement, reductions, vectors);
  else if (vectors) writeVectors(w, statement, reductions);
  else writePoints(w, statement, reductions);
  reductions.finish();
}

/** One axis, four neighbours at a time. */
function writeVectors(w: KernelWriter, { axes: [axis], body, reductions: given }: Inner, reductions: Reductions): void {
  const { e } = w;
  const { all, inChunks } = reductions;
  const count = w.extent(axis);
  const upTo = (points: number): Value => e.op("i32.and", count, e.i32(-points));
  const inside = chunked(w, count);
  const counter = e.variable("i32", e.i32(0));
  const at = <T>(i: Value, run: () => T): T => {
    w.setAxis(axis, i);
    w.vectorAxis = axis;
    const result = run();
    w.vectorAxis = undefined;
    return result;
  };
  const feed = (i: Value, add: (one: Accumulator, x: Lanes) => void): void => at(i, () => reductions.feed(add));
  const feedCounted = (i: Value, xs: readonly Lanes[][]): void => {
    const last = endsChunk(w, i, 4 * xs.length, inside);
    const isInside = e.op("i32.lt_u", i, inside);
    for (const [n, one] of all.entries())
      one.addVectorsCounted(
        xs.map((values) => values[n]),
        isInside,
        last,
      );
  };
  for (const one of all) one.enterVector();
  const leave = (): void => {
    for (const one of all) one.leaveChunk();
  };
  const small = isSmall(body, given);
  const overlap = small
    ? 1
    : w.overlapOf(
        body,
        given.map((reduction) => reduction.value),
      );
  const isRepeated = small || overlap > 1;
  if (small) {
    if (inChunks) {
      e.loop(counter, e.op("i32.and", inside, e.i32(-chunkSize)), chunkSize, (i) => {
        for (const n of range(chunkSize / 4)) feed(e.shifted(i, 4 * n), (one, x) => one.addChunkVector(x, n));
        leave();
      });
      e.loop(counter, inside, 4, (i) => feed(i, (one, x) => one.addChunkVector(x, 0)));
      leave();
    }
    e.loop(counter, upTo(4 * copies), 4 * copies, (i) => {
      for (const n of range(copies)) feed(e.shifted(i, 4 * n), (one, x) => one.addVector(x, n));
    });
  } else if (overlap > 1) {
    const together = (i: Value, add: (one: Accumulator, x: Lanes, copy: number) => void): void => {
      const points = range(overlap).map((n) => () => at(e.shifted(i, 4 * n), () => reductions.values()));
      for (const [copy, xs] of e.interleaved(points).entries())
        for (const [n, one] of all.entries()) add(one, xs[n], copy);
    };
    if (inChunks) {
      eachChunk(w, inside, (from, to) => {
        e.set(counter, from);
        e.loop(counter, w.plus(to, e.i32(4 - 4 * overlap)), 4 * overlap, (i) => {
          together(i, (one, x, copy) => one.addChunkVector(x, copy));
        });
        e.loop(counter, to, 4, (i) => feed(i, (one, x) => one.addChunkVector(x, 0)));
        leave();
      });
    }
    e.loop(counter, upTo(4 * overlap), 4 * overlap, (i) => together(i, (one, x, copy) => one.addVector(x, copy)));
  } else if (inChunks) {
    e.loop(counter, upTo(4), 4, (i) => feedCounted(i, [at(i, () => reductions.values())]));
  }
  const { whole } = w.assumptions;
  if (!whole || !isRepeated) e.loop(counter, upTo(4), 4, (i) => feed(i, (one, x) => one.addVector(x, 0)));
  for (const one of all) one.leaveVector();
  if (whole) return;
  e.loop(counter, count, 1, (i) => {
    w.setAxis(axis, i);
    reductions.feed((one, x) => one.add(x));
  });
}

/** One axis, point by point. */
function writePoints(w: KernelWriter, { axes: [axis], body, reductions: given }: Inner, reductions: Reductions): void {
  const { e } = w;
  const { all, inChunks } = reductions;
  const count = w.extent(axis);
  const counter = e.variable("i32", e.i32(0));
  const feed = (i: Value, add: (one: Accumulator, x: Lanes) => void): void => {
    w.setAxis(axis, i);
    reductions.feed(add);
  };
  const byResidue = all.every((one) => one.byResidue);
  if (reductions.ordered && isSmall(body, given) && byResidue) {
    // Each partial sum by itself: few values are in use, and a row of memory is gone through once.
    const start = chunked(w, count);
    if (inChunks) {
      eachChunk(w, start, (from, to) => {
        for (const r of range(4)) {
          e.loop(e.variable("i32", from), to, 4, (i) => {
            feed(e.shifted(i, r), (one, x) => one.addResidue(x, r, true));
          });
          for (const one of all) one.leaveResidue(r);
        }
      });
    }
    const end = e.op("i32.and", count, e.i32(-4));
    for (const r of range(4)) {
      e.set(counter, start);
      e.loop(counter, end, 4, (i) => feed(e.shifted(i, r), (one, x) => one.addResidue(x, r, false)));
    }
    if (w.assumptions.whole) return;
  } else if (inChunks) {
    const inside = chunked(w, count);
    if (!byResidue) {
      e.loop(counter, count, 1, (i) => {
        feed(i, (one, x) => one.addCounted(x, e.op("i32.lt_u", i, inside), endsChunk(w, i, 1, inside)));
      });
      return;
    }
    eachChunk(w, inside, (from, to) => {
      e.loop(e.variable("i32", e.i32(0)), e.i32(4), 1, (r) => {
        e.loop(e.variable("i32", w.plus(from, r)), to, 4, (i) => feed(i, (one, x) => one.addResidue(x, 0, true)));
        for (const one of all) one.leaveResidue();
      });
    });
    e.set(counter, inside);
  }
  e.loop(counter, count, 1, (i) => feed(i, (one, x) => one.add(x)));
}

/** Several axes, which do not lie as one in memory: positions count through. */
function writeNested(w: KernelWriter, { axes }: Inner, reductions: Reductions, vectors: boolean): void {
  const { e } = w;
  const { all, inChunks, ordered } = reductions;
  const last = axes[axes.length - 1];
  const inside = chunked(w, w.extentOf(axes));
  const position = e.variable("i32", e.i32(0));
  const feed = (points: number, add: (one: Accumulator, x: Lanes, isInside: Value, full: Value) => void): void => {
    const now = e.copy(position);
    const isInside = e.op("i32.lt_u", now, inside);
    const full = endsChunk(w, now, points, inside);
    reductions.feed((one, x) => add(one, x, isInside, full));
    if (inChunks) e.set(position, w.plus(now, e.i32(points)));
  };
  nested(w, axes.slice(0, -1), () => {
    const counter = e.variable("i32", e.i32(0));
    const extent = w.extent(last);
    if (vectors) {
      const multiple = e.op("i32.and", extent, e.i32(-4));
      // Where positions matter, rows that go on where the last ended are all vectors, or none is.
      const limit = ordered ? e.select(extent, e.i32(0), e.op("i32.eq", extent, multiple)) : multiple;
      for (const one of all) one.enterVector();
      e.loop(counter, limit, 4, (i) => {
        w.setAxis(last, i);
        w.vectorAxis = last;
        feed(4, (one, x, isInside, full) => one.addVectorsCounted([x], isInside, full));
        w.vectorAxis = undefined;
      });
      for (const one of all) one.leaveVector();
    }
    e.loop(counter, extent, 1, (i) => {
      w.setAxis(last, i);
      feed(1, (one, x, isInside, full) => one.addCounted(x, isInside, full));
    });
  });
}

/** Whether an inner loop only waits for its reductions: repeated, independent ones overlap. */
export function isSmall(body: readonly Statement[], reductions: readonly Reduction[]): boolean {
  const all = [
    ...body.flatMap((statement) => (statement.kind === "let" ? [statement.value] : [])),
    ...reductions.map((one) => one.value),
  ];
  return (
    reductions.length > 0 &&
    body.every((statement) => statement.kind === "let") &&
    all.every(isCheap) &&
    all.length <= 6
  );
}

const cheap: ReadonlySet<ScalarOp> = new Set<ScalarOp>(["add", "sub", "mul", "max", "min", "neg", "abs"]);

function isCheap(e: Expression): boolean {
  if (e.kind === "apply") return cheap.has(e.op) && e.inputs.every(isCheap);
  if (e.kind === "load") return e.dtype === "float32" || e.dtype === "float64" || e.dtype === "int32";
  return e.kind === "constant" || e.kind === "register";
}
