/** Copies a block of a contraction's operand to scratch memory, in the order in which it is multiplied. */
import type { DType, Expression } from "@cresset/core/backend";
import { storeFour, storeOne } from "../access.ts";
import { accessesOf, scoreOf } from "../accesses.ts";
import type { Value } from "../code/emitter.ts";
import type { Lanes, NumericKind } from "../code/lanes.ts";
import { wordsOf } from "../code/vector-constants.ts";
import { value } from "../expression.ts";
import type { KernelWriter } from "../writer.ts";
import { packedBytes } from "./microkernel.ts";
import { eachPoint, placeAt } from "./odometer.ts";

export const storageOf: Readonly<Record<NumericKind, DType>> = {
  f32: "float32",
  f64: "float64",
  i32: "int32",
  i64: "int64",
};

/** Bytes after a block that packing may overwrite. */
export const packingSlack = 64;

export interface Packing {
  readonly operand: Expression;
  readonly kind: NumericKind;
  /** Axes of the rows (or columns), and of the depth. */
  readonly axes: readonly number[];
  readonly depth: readonly number[];
  readonly to: Value;
  /** First row, number of rows in this block, number of rows at all. */
  readonly start: Value;
  readonly count: Value;
  readonly total: Value;
  /** First step of the depth, and number of steps. */
  readonly depthStart: Value;
  readonly depthCount: Value;
}

/** The value as it is packed: float16 as float32, bools as 0 and 1. */
function packedValue(w: KernelWriter, e: Expression): Lanes {
  const x = value(w, e);
  return x.kind === "mask" ? w.m.maskToInteger(x) : x;
}

/** Row after row, each with its steps side by side. */
export function packRows(w: KernelWriter, packing: Packing): void {
  const { e } = w;
  const { operand, kind, axes, depth, to, start, count, depthStart, depthCount } = packing;
  const bytes = e.i32(packedBytes[kind]);
  e.loop(e.variable("i32", e.i32(0)), count, 1, (i) => {
    placeAt(w, axes, w.plus(start, i));
    const row = w.plus(to, w.times(w.times(i, depthCount), bytes));
    eachPoint(w, depth, depthStart, depthCount, (step, vector) => {
      const address = w.plus(row, w.times(step, bytes));
      (vector ? storeFour : storeOne)(w, storageOf[kind], address, packedValue(w, operand));
    });
  });
}

/** Whether neighbours in memory lie along the depth. */
function runsAlongDepth({ operand, axes, depth }: Packing): boolean {
  const indices = accessesOf(operand);
  const score = (list: readonly number[]): number => (list.length === 0 ? -1 : scoreOf(indices, list[list.length - 1]));
  return score(depth) > score(axes);
}

/**
 * Panels of `panel` rows, one after the other; within a panel step after step of the depth, the rows side by side. Beyond
 * the last row stand values that nobody reads.
 */
export function packPanels(w: KernelWriter, packing: Packing, panel: number): void {
  const { e } = w;
  const { to, start, count, depthCount, kind } = packing;
  const along = w.target.simd && runsAlongDepth(packing);
  e.loop(e.variable("i32", e.i32(0)), count, panel, (i) => {
    const here = w.plus(to, w.times(w.times(i, depthCount), e.i32(packedBytes[kind])));
    const first = w.plus(start, i);
    if (!along) {
      packAcross(w, packing, panel, here, first, e.op("i32.sub", count, i));
      return;
    }
    eachFour(w, panel, e.op("i32.sub", count, i), (j) => packAlong(w, packing, panel, here, first, j));
  });
}

/** Runs `body` for each four rows of a panel of which `count` are wanted. */
function eachFour(w: KernelWriter, panel: number, count: Value, body: (j: Value) => void): void {
  const { e } = w;
  const wanted = e.select(count, e.i32(panel), e.op("i32.lt_s", count, e.i32(panel)));
  e.loop(e.variable("i32", e.i32(0)), wanted, 4, body);
}

/** The coordinates of the row at position `first + j`; beyond the end those of the last one. */
function rowAt(w: KernelWriter, { axes, total }: Packing, first: Value, j: Value): readonly Value[] {
  const { e } = w;
  const row = w.plus(first, j);
  const last = w.plus(total, e.i32(-1));
  placeAt(w, axes, e.select(row, last, e.op("i32.lt_s", row, total)));
  return axes.map((axis) => w.axis(axis));
}

function goTo(w: KernelWriter, axes: readonly number[], place: readonly Value[]): void {
  for (const [i, axis] of axes.entries()) w.setAxis(axis, place[i]);
}

/** Four rows, four steps of the depth at a time where they are neighbours. */
function packAlong(w: KernelWriter, packing: Packing, panel: number, to: Value, first: Value, j: Value): void {
  const { e } = w;
  const { operand, kind, axes, depth, depthStart, depthCount } = packing;
  const bytes = packedBytes[kind];
  const places = [0, 1, 2, 3].map((i) => rowAt(w, packing, first, w.plus(j, e.i32(i))));
  const start = w.plus(to, w.times(j, e.i32(bytes)));
  eachPoint(w, depth, depthStart, depthCount, (step, vector) => {
    const address = w.plus(start, w.times(step, e.i32(panel * bytes)));
    const rows = places.map((place) => {
      goTo(w, axes, place);
      return packedValue(w, operand);
    });
    if (vector) {
      turned(
        w,
        rows.map((row) => w.m.widen(row)),
      ).forEach((lanes, i) => {
        storeFour(w, storageOf[kind], e.shifted(address, i * panel * bytes), lanes);
      });
    } else {
      for (const [i, row] of rows.entries()) storeOne(w, storageOf[kind], e.shifted(address, i * bytes), row);
    }
  });
}

/** The transposition of four rows of four. */
export function turned(w: KernelWriter, rows: readonly Lanes[]): Lanes[] {
  const { e } = w;
  const [a, b, c, d] = rows;
  const [{ kind }] = rows;
  const words = (lanes: readonly number[], x: Value, y: Value): Value => e.shuffle(wordsOf(lanes), x, y);
  if (a.parts.length === 1) {
    const low = [words([0, 4, 1, 5], a.parts[0], b.parts[0]), words([0, 4, 1, 5], c.parts[0], d.parts[0])];
    const high = [words([2, 6, 3, 7], a.parts[0], b.parts[0]), words([2, 6, 3, 7], c.parts[0], d.parts[0])];
    return [low, high].flatMap(([x, y]) =>
      [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
      ].map((lanes): Lanes => ({ kind, width: 4, parts: [words(lanes, x, y)] })),
    );
  }
  return [0, 1, 2, 3].map((i): Lanes => {
    const half = i >> 1;
    const lanes = i % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7];
    const pair = (x: Lanes, y: Lanes): Value => words(lanes, x.parts[half], y.parts[half]);
    return { kind, width: 4, parts: [pair(a, b), pair(c, d)] };
  });
}

/** Step by step of the depth, the rows of the panel side by side, as many at a time as are neighbours. */
function packAcross(w: KernelWriter, packing: Packing, panel: number, to: Value, first: Value, count: Value): void {
  const { e } = w;
  const { operand, kind, axes, depth, depthStart, depthCount, total } = packing;
  const bytes = packedBytes[kind];
  const steps = (body: (to: Value) => void): void => {
    eachPoint(w, depth, depthStart, depthCount, (step) => body(w.plus(to, w.times(step, e.i32(panel * bytes)))), 0);
  };
  const apart = (j: Value, rows: number): void => {
    const places = Array.from({ length: rows }, (_, i) => rowAt(w, packing, first, w.plus(j, e.i32(i))));
    const start = w.times(j, e.i32(bytes));
    steps((address) => {
      for (const [i, place] of places.entries()) {
        goTo(w, axes, place);
        storeOne(w, storageOf[kind], e.shifted(w.plus(address, start), i * bytes), packedValue(w, operand));
      }
    });
  };
  const last = axes[axes.length - 1];
  if (!w.target.simd || last === undefined) {
    apart(e.i32(0), panel);
    return;
  }
  /** Rows from `j` on, if they lie beside each other. */
  const together = (j: Value, rows: number, otherwise: () => void): void => {
    const place = rowAt(w, packing, first, j);
    const room = e.op("i32.sub", w.extent(last), place[place.length - 1]);
    const left = e.op("i32.sub", e.op("i32.sub", total, first), j);
    const full = e.op("i32.and", e.op("i32.ge_s", room, e.i32(rows)), e.op("i32.ge_s", left, e.i32(rows)));
    const start = w.times(j, e.i32(bytes));
    const copied = (): void =>
      steps((address) => {
        for (let i = 0; i < rows; i += 4) {
          goTo(w, axes, place);
          w.setAxis(last, e.shifted(place[place.length - 1], i));
          w.vectorAxis = last;
          const x = packedValue(w, operand);
          w.vectorAxis = undefined;
          storeFour(w, storageOf[kind], e.shifted(w.plus(address, start), i * bytes), x);
        }
      });
    e.branch(full, copied, otherwise);
  };
  const byFours = (): void => eachFour(w, panel, count, (j) => together(j, 4, () => apart(j, 4)));
  if (panel === 4) byFours();
  else together(e.i32(0), panel, byFours);
}
