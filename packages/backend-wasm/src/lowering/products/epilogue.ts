import { type ContractionKernel, isFloat } from "@cresset/core/backend";
import { loadFour, loadOne } from "../access.ts";
import type { Value } from "../code/emitter.ts";
import { kindOf, type Lanes, type NumericKind } from "../code/lanes.ts";
import { statements } from "../statement.ts";
import { cast } from "../values/cast.ts";
import { wrap } from "../values/operations.ts";
import type { KernelWriter } from "../writer.ts";
import { packedBytes } from "./microkernel.ts";
import { eachPoint } from "./odometer.ts";
import { storageOf } from "./pack.ts";

/** How a contraction computes: float16 in f32, integers of up to 32 bits and bools in i32. */
export function computedKind({ dtype }: ContractionKernel): NumericKind {
  const kind = kindOf[dtype];
  return kind === "mask" ? "i32" : kind;
}

/** A sum as a value of the contraction's dtype. */
function settled(w: KernelWriter, { dtype }: ContractionKernel, sum: Lanes): Lanes {
  if (dtype === "float16") return cast(w.m, "float32", "float16", sum);
  if (dtype === "bool") return w.m.nonZero(sum);
  return isFloat(dtype) ? sum : wrap(w.m, dtype, sum);
}

/**
 * The body of a contraction for results that lie side by side in scratch memory: those of `count` points along `axes` from
 * `start` on; all other coordinates are set. Four at a time where they are neighbours.
 */
export function writeEpilogue(
  w: KernelWriter,
  kernel: ContractionKernel,
  results: Value,
  axes: readonly number[],
  start: Value,
  count: Value,
): void {
  const kind = computedKind(kernel);
  const body = (i: Value, vector: boolean): void => {
    const at = w.elementAt(results, i, packedBytes[kind]);
    const sum = (vector ? loadFour : loadOne)(w, storageOf[kind], at, true);
    w.define(kernel.register, settled(w, kernel, sum));
    statements(w, kernel.body, false);
  };
  eachPoint(w, axes, start, count, body, w.target.simd && axes.length > 0 ? w.overlapOf(kernel.body) : 0);
}
