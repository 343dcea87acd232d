import type { PositionSearch, VectorPart } from "../../parts.ts";
import type { Lanes } from "../code/lanes.ts";
import type { KernelWriter } from "../writer.ts";
import { copies, LaneVariable } from "./reduction.ts";

/** Of four neighbours at a time, each lane looks for itself; in the end the best one counts, of equal ones the first. */
export function positionLanes(w: KernelWriter, search: PositionSearch): VectorPart {
  const { m, e } = w;
  const { best, position, counter, isBetter, replace } = search;
  let packed: { readonly best: LaneVariable; readonly position: LaneVariable }[] = [];
  let positions: LaneVariable | undefined;
  return {
    enterVector() {
      packed = Array.from({ length: copies }, () => ({
        best: new LaneVariable(w, m.widen(best.get())),
        position: new LaneVariable(w, m.widen(position.get())),
      }));
      const lanes = m.assemble([0, 1, 2, 3].map((lane) => m.constant("i32", lane)));
      positions = new LaneVariable(w, m.add(m.one("i32", e.get(counter)), lanes));
    },
    addVector(x: Lanes, copy: number) {
      if (!positions) return;
      const one = packed[copy % copies];
      replace(one, isBetter(x, one.best.get()), x, positions.get());
      positions.set(m.add(positions.get(), 4));
    },
    leaveVector() {
      if (positions) e.set(counter, m.extract(positions.get(), 0).parts[0]);
      for (const one of packed) {
        for (let lane = 0; lane < 4; lane++) {
          const [x, at] = [m.extract(one.best.get(), lane), m.extract(one.position.get(), lane)];
          const found = best.copy();
          const isFirst = m.bitwise("and", m.compare("lt", at, position.get()), m.not(isBetter(found, x)));
          replace(search, m.bitwise("or", isBetter(x, found), isFirst), x, at);
        }
      }
    },
  };
}
