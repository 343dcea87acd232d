/**
 * Loops that write along one axis and read along another, as transposes do, and sums with transposed operands: four rows of
 * what is read are turned into four columns in registers, and points are gone through in square tiles, so that each line of
 * the cache is read and written once.
 */
import {
  type Expression,
  type LoopKernel,
  type Rewriting,
  type Statement,
  statementWithParts,
  withParts,
} from "@cresset/core/backend";
import { linearStride } from "./accesses.ts";
import type { Value } from "./code/emitter.ts";
import { value } from "./expression.ts";
import { turned } from "./products/pack.ts";
import { nested, statements } from "./statement.ts";
import type { KernelWriter } from "./writer.ts";

type Load = Expression & { readonly kind: "load" };

/** A loop with loads along `across` that become columns. */
interface Transposed {
  /** The axis along which everything is stored. */
  readonly along: number;
  readonly across: number;
  readonly loads: readonly Load[];
  /** The statements, in which registers -1, -2 … stand for the loads. */
  readonly body: readonly Statement[];
}

/** Points of a side of a tile: as many float32 as a line of the cache has. */
const side = 16;

/**
 * Writes the loops of a kernel in tiles.
 *
 * @param otherwise writes them where there is nothing to transpose, or too little.
 */
export function writeTransposed(
  w: KernelWriter,
  { outer }: LoopKernel,
  body: readonly Statement[],
  narrow: ReadonlySet<number>,
  otherwise: () => void,
): void {
  const found = w.target.simd && w.repeatable ? transposedOf(outer, body, narrow) : undefined;
  if (found === undefined || w.hurry()) {
    otherwise();
    return;
  }
  const { e } = w;
  const { along, across } = found;
  const isWide = (axis: number): Value => e.op("i32.ge_s", e.op("i32.sub", w.until(axis), w.from(axis)), e.i32(4));
  const others = Array.from({ length: outer }, (_, i) => i).filter((axis) => axis !== along && axis !== across);
  e.branch(
    e.op("i32.and", isWide(along), isWide(across)),
    () =>
      nested(w, others, () => {
        // Along what is written inside: the other way about, stores wait for each other where rows share sets of the cache.
        eachBlock(w, across, (fromAcross, untilAcross) => {
          eachBlock(w, along, (fromAlong, untilAlong) => {
            eachFour(w, across, fromAcross, untilAcross, (i) => {
              eachFour(w, along, fromAlong, untilAlong, (j) => square(w, found, i, j));
            });
          });
        });
      }),
    otherwise,
  );
}

function transposedOf(outer: number, body: readonly Statement[], narrow: ReadonlySet<number>): Transposed | undefined {
  if (body.some(({ kind }) => kind === "inner")) return undefined;
  const axes = Array.from({ length: outer }, (_, i) => i).filter((axis) => !narrow.has(axis));
  const along = axes.findLast((axis) =>
    body.every((statement) => statement.kind !== "store" || linearStride(statement.index, axis) === 1),
  );
  if (along === undefined) return undefined;
  for (const across of axes.toReversed()) {
    const loads: Load[] = [];
    const isTurned = (e: Expression): e is Load =>
      e.kind === "load" && Math.abs(linearStride(e.index, along)) > 1 && linearStride(e.index, across) === 1;
    const parts: Rewriting = {
      expression(e) {
        // What a guard holds back may lie outside of memory.
        if (e.kind === "guard") return e;
        return isTurned(e) ? { kind: "register", dtype: e.dtype, register: -loads.push(e) } : withParts(e, parts);
      },
      index: (index) => index,
    };
    const replaced = body.map((statement) => statementWithParts(statement, parts));
    if (loads.length > 0) return { along, across, loads, body: replaced };
  }
  return undefined;
}

/** Runs `body` for blocks of an axis. */
function eachBlock(w: KernelWriter, axis: number, body: (from: Value, until: Value) => void): void {
  const { e } = w;
  const until = w.until(axis);
  e.loop(e.variable("i32", w.from(axis)), until, side, (from) => {
    const end = w.plus(from, e.i32(side));
    body(from, e.select(end, until, e.op("i32.lt_s", end, until)));
  });
}

/** Runs `body` at every fourth point; the last time it may be nearer to the one before. */
function eachFour(w: KernelWriter, axis: number, from: Value, until: Value, body: (first: Value) => void): void {
  const { e } = w;
  const last = w.plus(w.until(axis), e.i32(-4));
  e.loop(e.variable("i32", from), until, 4, (i) => body(e.select(i, last, e.op("i32.lt_s", i, last))));
}

/** Four by four points. */
function square(w: KernelWriter, { along, across, loads, body }: Transposed, i: Value, j: Value): void {
  const { e } = w;
  const four = [0, 1, 2, 3];
  w.setAxis(across, i);
  w.vectorAxis = across;
  const columns = loads.map((load) =>
    turned(
      w,
      four.map((n) => {
        w.setAxis(along, e.shifted(j, n));
        return w.m.widen(value(w, load));
      }),
    ),
  );
  w.setAxis(along, j);
  w.vectorAxis = along;
  const row = (n: number) => (): void => {
    w.setAxis(across, e.shifted(i, n));
    for (const [k, column] of columns.entries()) w.define(-1 - k, column[n]);
    statements(w, body, false);
  };
  if (w.overlapOf(body) > 1) e.interleaved(four.map(row));
  else for (const n of four) row(n)();
  w.vectorAxis = undefined;
}
