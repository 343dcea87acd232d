import { bytesOf, type ScatterKernel } from "@cresset/core/backend";
import { loadOne, storeOne } from "./access.ts";
import { value } from "./expression.ts";
import { indexValue } from "./index-math.ts";
import { combiningOperation } from "./reductions/reduction.ts";
import { nested } from "./statement.ts";
import { operation } from "./values/operations.ts";
import type { KernelWriter } from "./writer.ts";

/** Loops over all axes in row-major order; each point combines its value into the target. */
export function writeScatter(w: KernelWriter, kernel: ScatterKernel): void {
  const axes = Array.from({ length: kernel.axes }, (_, i) => i);
  nested(w, axes, () => scatterPoint(w, kernel));
}

export function scatterPoint(w: KernelWriter, kernel: ScatterKernel): void {
  const { mode, target } = kernel;
  const { dtype } = kernel.operands[target];
  const x = value(w, kernel.value);
  const at = indexValue(w, kernel.index);
  const address = w.plus(w.pointer(target), w.times(at, w.e.i32(bytesOf(dtype))));
  w.e.branch(w.e.op("i32.lt_u", at, w.length(target)), () => {
    const result =
      mode === "set" ? x : operation(w.m, combiningOperation[mode], dtype, [loadOne(w, dtype, address, true), x]);
    storeOne(w, dtype, address, result);
  });
}
