import { type DType, isFloat, type Reduction } from "@cresset/core/backend";
import type { PositionSearch } from "../../parts.ts";
import { kindOf, type Lanes } from "../code/lanes.ts";
import { cast } from "../values/cast.ts";
import { operation } from "../values/operations.ts";
import type { KernelWriter } from "../writer.ts";
import { type Accumulator, identityOf, LaneVariable, outerWidth, unchunked } from "./reduction.ts";

/** Whether `x` is a new extreme after `best`: beyond it, or the first NaN. */
function isBetter(w: KernelWriter, dtype: DType, x: Lanes, best: Lanes, least: boolean): Lanes {
  const { m } = w;
  if (!isFloat(dtype)) return operation(m, least ? "lt" : "gt", dtype, [x, best]);
  return m.bitwise("and", m.not(m.compare(least ? "ge" : "le", x, best)), m.compare("eq", best, best));
}

/** argmax and argmin. */
export function extremePosition(w: KernelWriter, reduction: Reduction, least: boolean): Accumulator {
  const { m, e } = w;
  const { dtype } = reduction.value;
  const identity = m.constant(kindOf[dtype], identityOf(least ? "min" : "max", dtype));
  const counter = e.variable("i32", e.i32(0));
  const search: PositionSearch = {
    best: new LaneVariable(w, outerWidth(w, identity)),
    position: new LaneVariable(w, outerWidth(w, m.constant("i32", 0))),
    counter,
    isBetter: (x, best) => isBetter(w, dtype, x, best, least),
    replace({ best, position }, better, x, at) {
      position.set(m.select(better, at, position.get()));
      best.set(m.select(better, x, best.get()));
    },
  };
  const add = (x: Lanes): void => {
    search.replace(search, search.isBetter(x, search.best.get()), x, m.one("i32", e.get(counter)));
    e.set(counter, e.op("i32.add", e.get(counter), e.i32(1)));
  };
  return unchunked({
    ordered: true,
    byResidue: false,
    add,
    enterVector: () => undefined,
    addVector(x) {
      for (let lane = 0; lane < 4; lane++) add(m.extract(x, lane));
    },
    leaveVector: () => undefined,
    ...w.rare.positionLanes?.(w, search),
    finish: () => w.define(reduction.register, cast(m, "int32", "int64", search.position.copy())),
  });
}
