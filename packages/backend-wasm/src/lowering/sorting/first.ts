/**
 * The first records of a row that is much longer: of all points, those are kept that come before the last of the first ones
 * found so far, until there are so many that they are sorted and most are dropped. Of random values few are kept; where all
 * are, since each comes before the others, ever more are sorted at once.
 */
import type { Value } from "../code/emitter.ts";
import type { Lanes } from "../code/lanes.ts";
import type { KernelWriter } from "../writer.ts";
import type { Records } from "./records.ts";

/** The fewest records that are sorted at once. */
const fewest = 32;
/** So many times more than are wanted are sorted at once. */
const spare = 4;

/** @param whole writes the code for rows of which too much is wanted. */
export function writeFirst(w: KernelWriter, records: Records, first: number, extent: Value, whole: () => void): void {
  const { e, m } = w;
  const last = w.kernel.axes - 1;
  const start = Math.max(fewest, spare * first);
  const select = (): void => {
    records.each(w.scratch, e.i32(start), (record, i) => records.put(record, i));
    const after = (count: Value): Value => w.plus(w.scratch, w.times(count, e.i32(records.bytes)));
    const end = e.variable("i32", after(e.i32(start)));
    const limit = e.variable("i32", e.get(end));
    const bound = e.variable(records.kind === "narrow" ? "i32" : "i64");
    /** Sorts what is there, and gives its address. */
    const sort = (): Value => {
      const count = e.op("i32.div_u", e.op("i32.sub", e.get(end), w.scratch), e.i32(records.bytes));
      return records.sorted(count);
    };
    const drop = (): void => {
      const sorted = sort();
      const words = (first * records.bytes) / 8;
      e.loop(e.variable("i32", e.i32(0)), e.i32(8 * words), 8, (i) => {
        e.store("i64.store", w.plus(w.scratch, i), e.load("i64.load", w.plus(sorted, i), 0, true));
      });
      e.set(end, after(e.i32(first)));
      const key = records.signed(records.keyAt(w.plus(w.scratch, e.i32((first - 1) * records.bytes))));
      e.set(bound, key.parts[0]);
    };
    drop();
    const lanesBound = (): Lanes => m.one(records.kind === "narrow" ? "i32" : "i64", e.get(bound));
    // A later point with the same key comes after it.
    const comesBefore = (key: Lanes): Value => m.all(m.compare("lt", records.signed(key), lanesBound()));
    const consider = (key: Lanes, i: Value): void =>
      e.branch(comesBefore(key), () => {
        records.put(e.copy(end), i, key);
        e.set(end, w.plus(e.get(end), e.i32(records.bytes)));
        e.branch(e.op("i32.ge_u", e.get(end), e.get(limit)), () => {
          drop();
          // There are never more records than points gone by, for which there is memory.
          e.set(limit, w.plus(e.get(limit), e.op("i32.sub", e.get(limit), w.scratch)));
        });
      });
    const counter = e.variable("i32", e.i32(start));
    if (w.target.simd) {
      const vectors = e.op("i32.and", e.op("i32.sub", extent, e.i32(start)), e.i32(-8));
      e.loop(counter, w.plus(vectors, e.i32(start)), 8, (i) => {
        const keys = [0, 4].map((n) => {
          w.setAxis(last, e.shifted(i, n));
          w.vectorAxis = last;
          const key = m.widen(records.key());
          w.vectorAxis = undefined;
          return key;
        });
        const none = keys
          .map((key) => m.compare("ge", records.signed(key), lanesBound()))
          .reduce((a, b) => m.bitwise("and", a, b));
        e.branch(e.op("i32.eqz", m.all(none)), () => {
          for (const [n, key] of keys.entries())
            for (let lane = 0; lane < 4; lane++) consider(m.extract(key, lane), e.shifted(i, 4 * n + lane));
        });
      });
    }
    e.loop(counter, extent, 1, (i) => {
      w.setAxis(last, i);
      consider(records.key(), i);
    });
    records.store(sort(), e.i32(first));
  };
  if (first === 0) return;
  e.branch(e.op("i32.ge_u", extent, e.i32(2 * start)), select, whole);
}
