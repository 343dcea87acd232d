/** Copies a block of a contraction's operand into panels: for each step of the depth, the values of one tile side by side. */
import type { DType, Expression } from "@cresset/core/backend";
import type { MemoryLaneOp } from "../assembler/opcodes.ts";
import { storeFour, storeOne } from "./access.ts";
import { accessesOf, scoreOf } from "./accesses.ts";
import type { Value } from "./emitter.ts";
import { value } from "./expression.ts";
import type { Lanes, NumericKind } from "./lanes.ts";
import { eachPoint, placeAt } from "./odometer.ts";
import { packedBytes } from "./tile.ts";
import type { KernelWriter } from "./writer.ts";

export const storageOf: Readonly<Record<NumericKind, DType>> = {
  f32: "float32",
  f64: "float64",
  i32: "int32",
  i64: "int64",
};

/** Bytes after a block of panels that packing may overwrite. */
export const packingSlack = 64;

export interface Packing {
  readonly operand: Expression;
  readonly kind: NumericKind;
  /** Axes of the rows (or columns), and of the depth. */
  readonly axes: readonly number[];
  readonly depth: readonly number[];
  /** Values of a tile: its rows, or columns. */
  readonly tile: number;
  /** Where the panels go. */
  readonly to: Value;
  /** First row, number of rows in this block, number of rows at all. */
  readonly start: Value;
  readonly count: Value;
  readonly total: Value;
  /** First step of the depth, and number of steps. */
  readonly depthStart: Value;
  readonly depthCount: Value;
}

/** Whether neighbours in memory lie along the depth. */
function runsAlongDepth({ operand, axes, depth }: Packing): boolean {
  const indices = accessesOf(operand);
  const score = (list: readonly number[]): number => (list.length === 0 ? -1 : scoreOf(indices, list[list.length - 1]));
  return score(depth) > score(axes);
}

/** The value as it is packed: float16 as float32, bools as 0 and 1. */
function packedValue(w: KernelWriter, e: Expression): Lanes {
  const x = value(w, e);
  return x.kind === "mask" ? w.m.maskToInteger(x) : x;
}

export function pack(w: KernelWriter, packing: Packing): void {
  const { e } = w;
  const { tile, count, to, depthCount, kind } = packing;
  const along = runsAlongDepth(packing);
  e.loop(e.variable("i32", e.i32(0)), count, tile, (i) => {
    const panel = w.plus(to, w.times(w.times(i, depthCount), e.i32(packedBytes[kind])));
    const first = w.plus(packing.start, i);
    if (along) packAlong(w, packing, panel, first);
    else packAcross(w, packing, panel, first);
  });
}

/** The row at position `first + j`; beyond the end the last one, whose products nobody reads. */
function rowAt(w: KernelWriter, { total }: Packing, first: Value, j: Value): Value {
  const { e } = w;
  const row = w.plus(first, j);
  const last = w.plus(total, e.i32(-1));
  return j.constant === 0 ? row : e.select(row, last, e.op("i32.lt_s", row, total));
}

/** Row by row, four steps of the depth at a time where they are neighbours. */
function packAlong(w: KernelWriter, packing: Packing, panel: Value, first: Value): void {
  const { e } = w;
  const { operand, kind, axes, depth, tile, depthStart, depthCount } = packing;
  const bytes = packedBytes[kind];
  e.loop(e.variable("i32", e.i32(0)), e.i32(tile), 1, (j) => {
    placeAt(w, axes, rowAt(w, packing, first, j));
    const start = w.plus(panel, w.times(j, e.i32(bytes)));
    eachPoint(w, depth, depthStart, depthCount, (step, vector) => {
      const to = w.plus(start, w.times(step, e.i32(tile * bytes)));
      const x = packedValue(w, operand);
      if (vector) storeApart(w, to, w.m.widen(x), tile * bytes);
      else storeOne(w, storageOf[kind], to, x);
    });
  });
}

/** Four values, `bytes` apart. */
function storeApart(w: KernelWriter, address: Value, x: Lanes, bytes: number): void {
  const perPart = 4 / x.parts.length;
  const name: MemoryLaneOp = perPart === 4 ? "v128.store32_lane" : "v128.store64_lane";
  for (let lane = 0; lane < 4; lane++) {
    w.e.storeLane(name, lane % perPart, address, x.parts[Math.floor(lane / perPart)], lane * bytes);
  }
}

/**
 * Step by step of the depth, the rows of the tile side by side; four at a time where they are neighbours. The last four may
 * reach into the next step, which is written later, or the next panel, or the slack.
 */
function packAcross(w: KernelWriter, packing: Packing, panel: Value, first: Value): void {
  const { e } = w;
  const { operand, kind, axes, depth, tile, depthStart, depthCount, total } = packing;
  const bytes = packedBytes[kind];
  const steps = (body: (to: Value) => void): void => {
    eachPoint(
      w,
      depth,
      depthStart,
      depthCount,
      (step) => body(w.plus(panel, w.times(step, e.i32(tile * bytes)))),
      false,
    );
  };
  const apart = (): void => {
    const places = Array.from({ length: tile }, (_, j) => {
      placeAt(w, axes, rowAt(w, packing, first, e.i32(j)));
      return axes.map((axis) => w.axis(axis));
    });
    steps((to) => {
      for (const [j, place] of places.entries()) {
        for (const [i, axis] of axes.entries()) w.setAxis(axis, place[i]);
        storeOne(w, storageOf[kind], w.plus(to, e.i32(j * bytes)), packedValue(w, operand));
      }
    });
  };
  const last = axes[axes.length - 1];
  if (!w.target.simd || last === undefined) {
    apart();
    return;
  }
  placeAt(w, axes, first);
  const place = axes.map((axis) => w.axis(axis));
  const together = (): void => {
    steps((to) => {
      for (let j = 0; j < tile; j += 4) {
        for (const [i, axis] of axes.entries()) w.setAxis(axis, axis === last ? w.plus(place[i], e.i32(j)) : place[i]);
        w.vectorAxis = last;
        const x = packedValue(w, operand);
        w.vectorAxis = undefined;
        storeFour(w, storageOf[kind], w.plus(to, e.i32(j * bytes)), x);
      }
    });
  };
  const reached = Math.ceil(tile / 4) * 4;
  const room = e.op("i32.sub", w.extent(last), place[place.length - 1]);
  const left = e.op("i32.sub", total, first);
  const full = e.op("i32.and", e.op("i32.ge_s", room, e.i32(reached)), e.op("i32.ge_s", left, e.i32(reached)));
  e.branch(full, together, apart);
}
