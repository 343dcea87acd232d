import { bytesOf, type ScatterKernel } from "@cresset/core/backend";
import { loadFour, storeFour } from "./access.ts";
import type { Value } from "./code/emitter.ts";
import { value } from "./expression.ts";
import { indexValue, strideOf } from "./index-math.ts";
import { eachNeighbour } from "./products/odometer.ts";
import { combiningOperation } from "./reductions/reduction.ts";
import { scatterPoint } from "./scatter.ts";
import { nested } from "./statement.ts";
import { operation } from "./values/operations.ts";
import type { KernelWriter } from "./writer.ts";

/** The loops of a scatter; rows whose points go to neighbours in order are written four points at a time. */
export function writeScatterRows(w: KernelWriter, kernel: ScatterKernel): void {
  if (kernel.axes === 0) {
    scatterPoint(w, kernel);
    return;
  }
  const { e } = w;
  const last = kernel.axes - 1;
  const axes = Array.from({ length: last }, (_, i) => i);
  nested(w, axes, () => {
    const start = w.from(last);
    const count = e.op("i32.sub", w.until(last), start);
    eachNeighbour(w, last, start, count, w.target.simd && goesAlong(w, kernel) ? 1 : 0, (_, vector) => {
      if (!vector) scatterPoint(w, kernel);
      else fourPoints(w, kernel);
    });
  });
}

/** Whether neighbours along the last axis go to neighbours. */
function goesAlong(w: KernelWriter, { axes, index }: ScatterKernel): boolean {
  w.setAxis(axes - 1, w.e.i32(0));
  w.vectorAxis = axes - 1;
  const along = strideOf(w, index) === 1;
  w.vectorAxis = undefined;
  return along;
}

function fourPoints(w: KernelWriter, kernel: ScatterKernel): void {
  const { e, m } = w;
  const { mode, target } = kernel;
  const { dtype } = kernel.operands[target];
  const at = indexValue(w, kernel.index);
  const isInside = (n: number): Value => e.op("i32.lt_u", e.shifted(at, n), w.length(target));
  e.branch(
    e.op("i32.and", isInside(0), isInside(3)),
    () => {
      const x = value(w, kernel.value);
      const address = w.plus(w.pointer(target), w.times(at, e.i32(bytesOf(dtype))));
      const old = mode === "set" ? x : loadFour(w, dtype, address, true);
      storeFour(w, dtype, address, mode === "set" ? x : operation(m, combiningOperation[mode], dtype, [old, x]));
    },
    () => {
      for (let lane = 0; lane < 4; lane++) w.atLane(lane, () => scatterPoint(w, kernel));
    },
  );
}
