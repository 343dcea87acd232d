import { type DType, isFloat, type Reduction } from "@cresset/core/backend";
import { kindOf, type Lanes } from "../code/lanes.ts";
import { cast } from "../values/cast.ts";
import { operation } from "../values/operations.ts";
import type { KernelWriter } from "../writer.ts";
import { type Accumulator, copies, identityOf, LaneVariable, outerWidth, unchunked } from "./reduction.ts";

/** Whether `x` is a new extreme after `best`: beyond it, or the first NaN. */
function isBetter(w: KernelWriter, dtype: DType, x: Lanes, best: Lanes, least: boolean): Lanes {
  const { m } = w;
  if (!isFloat(dtype)) return operation(m, least ? "lt" : "gt", dtype, [x, best]);
  return m.bitwise("and", m.not(m.compare(least ? "ge" : "le", x, best)), m.compare("eq", best, best));
}

/** The best value so far, and where it was first. */
interface Found {
  readonly best: LaneVariable;
  readonly position: LaneVariable;
}

/**
 * argmax and argmin. Of four neighbours at a time, each lane looks for itself; in the end the best one counts, of equal ones
 * the first.
 */
export function extremePosition(w: KernelWriter, reduction: Reduction, least: boolean): Accumulator {
  const { m, e } = w;
  const { dtype } = reduction.value;
  const found = (best: Lanes, position: Lanes): Found => ({
    best: new LaneVariable(w, best),
    position: new LaneVariable(w, position),
  });
  const identity = m.constant(kindOf[dtype], identityOf(least ? "min" : "max", dtype));
  const all = found(outerWidth(w, identity), outerWidth(w, m.constant("i32", 0)));
  const counter = e.variable("i32", e.i32(0));
  const replace = ({ best, position }: Found, better: Lanes, x: Lanes, at: Lanes): void => {
    position.set(m.select(better, at, position.get()));
    best.set(m.select(better, x, best.get()));
  };
  let packed: Found[] = [];
  let positions: LaneVariable | undefined;
  return unchunked({
    ordered: true,
    byResidue: false,
    add(x) {
      const better = isBetter(w, dtype, x, all.best.get(), least);
      replace(all, better, x, m.one("i32", e.get(counter)));
      e.set(counter, e.op("i32.add", e.get(counter), e.i32(1)));
    },
    enterVector() {
      packed = Array.from({ length: copies }, () => found(m.widen(all.best.get()), m.widen(all.position.get())));
      const lanes = m.assemble([0, 1, 2, 3].map((lane) => m.constant("i32", lane)));
      positions = new LaneVariable(w, m.add(m.one("i32", e.get(counter)), lanes));
    },
    addVector(x, copy) {
      if (!positions) return;
      const one = packed[copy % copies];
      replace(one, isBetter(w, dtype, x, one.best.get(), least), x, positions.get());
      positions.set(m.add(positions.get(), 4));
    },
    leaveVector() {
      if (positions) e.set(counter, m.extract(positions.get(), 0).parts[0]);
      for (const one of packed) {
        for (let lane = 0; lane < 4; lane++) {
          const [x, at] = [m.extract(one.best.get(), lane), m.extract(one.position.get(), lane)];
          const best = all.best.copy();
          const isFirst = m.bitwise(
            "and",
            m.compare("lt", at, all.position.get()),
            m.not(isBetter(w, dtype, best, x, least)),
          );
          replace(all, m.bitwise("or", isBetter(w, dtype, x, best, least), isFirst), x, at);
        }
      }
    },
    finish: () => w.define(reduction.register, cast(m, "int32", "int64", all.position.copy())),
  });
}
