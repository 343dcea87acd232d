/**
 * Loops that gather along an axis at places which are the same in every row, as resizing and indexing do: the rows are the
 * innermost loop, so that places are read and made into addresses once for many of them.
 */
import type { Expression, Index, LoopKernel, Statement } from "@cresset/core/backend";
import { accesses, linearStride, operandsOf } from "./accesses.ts";
import { placesIn } from "./indices.ts";
import { planOf } from "./loop.ts";
import { nearGathersOf, writeNearGathers } from "./near-gathers.ts";
import { eachNeighbour } from "./products/odometer.ts";
import { nested, statements } from "./statement.ts";
import type { KernelWriter } from "./writer.ts";

/** So many rows at a time: their lines of the cache are still there when the next points along the axis come. */
const rowsAtOnce = 16;
/** Rows so many elements apart, or a multiple, share sets of the cache, which have room for fewer. */
const sharedSets = 1024;

/**
 * Writes the loops of a kernel with rows innermost.
 *
 * @param otherwise writes them where nothing is gathered, or from other places in each row.
 */
export function writeGathers(
  w: KernelWriter,
  { outer }: LoopKernel,
  body: readonly Statement[],
  narrow: ReadonlySet<number>,
  otherwise: () => void,
): void {
  const plan = planOf(w, outer, body, narrow);
  const row = plan.kind === "outer" ? rowOf(outer, body, plan.axis) : undefined;
  if (plan.kind !== "outer" || row === undefined || !w.target.simd || w.hurry()) {
    otherwise();
    return;
  }
  const { axis } = plan;
  const { e } = w;
  const until = w.until(row);
  const differs = dependence(body, row);
  const gathers = nearGathersOf(w, body, axis, dependence(body, axis), (x) => !differs(x));
  const others = Array.from({ length: outer }, (_, i) => i).filter((other) => other !== axis && other !== row);
  const isShared = accesses(body).some((index) => {
    const stride = linearStride(index, row);
    return stride !== 0 && stride % sharedSets === 0;
  });
  const count = isShared ? rowsAtOnce / 2 : rowsAtOnce;
  nested(w, others, () => {
    e.loop(e.variable("i32", w.from(row)), until, count, (from) => {
      const last = w.plus(from, e.i32(count));
      const end = e.select(last, until, e.op("i32.lt_s", last, until));
      eachNeighbour(w, axis, w.from(axis), e.op("i32.sub", w.until(axis), w.from(axis)), 1, (_, vector) => {
        const rows = (write: () => void): void =>
          e.loop(e.variable("i32", from), end, 1, (i) => {
            w.setAxis(row, i);
            write();
          });
        const apart = (): void => rows(() => statements(w, body, false));
        if (!vector || !gathers) {
          apart();
          return;
        }
        const { near, row: write } = writeNearGathers(w, gathers);
        e.branch(near, () => rows(write), apart);
      });
    });
  });
}

/** The last axis that something gathered along `along` does not depend on in its place; undefined where there is none. */
function rowOf(outer: number, body: readonly Statement[], along: number): number | undefined {
  if (body.some(({ kind }) => kind === "inner")) return undefined;
  const places = accesses(body).flatMap((index) => placesIn(index).map((place) => place.value));
  if (places.length === 0) return undefined;
  const gathered = places.filter(dependence(body, along));
  for (let row = outer - 1; row >= 0; row--) {
    const depends = dependence(body, row);
    if (row !== along && gathered.some((place) => !depends(place))) return row;
  }
  return undefined;
}

/** Which expressions of a body may differ along an axis. */
function dependence(body: readonly Statement[], axis: number): (e: Expression) => boolean {
  const registers = new Set<number>();
  const differs = (index: Index): boolean => linearStride(index, axis, depends) !== 0;
  const depends = (e: Expression): boolean => {
    if (e.kind === "register") return registers.has(e.register);
    if ((e.kind === "load" || e.kind === "index") && differs(e.index)) return true;
    if (e.kind === "guard" && e.bounds.some(({ index }) => differs(index))) return true;
    return operandsOf(e).some(depends);
  };
  for (const statement of body)
    if (statement.kind === "let" && depends(statement.value)) registers.add(statement.register);
  return depends;
}
