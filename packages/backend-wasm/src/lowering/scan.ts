import { bytesOf, isFloat, type ScanKernel } from "@cresset/core/backend";
import { storeOne } from "./access.ts";
import { kindOf, type Lanes } from "./code/lanes.ts";
import { value } from "./expression.ts";
import { addressOf } from "./index-math.ts";
import { combiningOperation, identityOf, LaneVariable } from "./reductions/reduction.ts";
import { nested } from "./statement.ts";
import { cast } from "./values/cast.ts";
import { operation } from "./values/operations.ts";
import type { KernelWriter } from "./writer.ts";

/** For each row, a running state along the last axis. Sums, products and logsumexp of floats run in float64. */
export function writeScan(w: KernelWriter, kernel: ScanKernel): void {
  const last = kernel.axes - 1;
  const rows = Array.from({ length: last }, (_, i) => i);
  const { dtype } = kernel.operands[kernel.target];
  nested(w, rows, () => {
    const next = running(w, kernel);
    w.e.loop(w.e.variable("i32", w.e.i32(0)), w.extent(last), 1, (i) => {
      w.setAxis(last, i);
      storeOne(w, dtype, addressOf(w, kernel.target, kernel.index, bytesOf(dtype)), next(value(w, kernel.value)));
    });
  });
}

/** The state before a row; takes each value and gives what is stored. */
function running(w: KernelWriter, kernel: ScanKernel): (x: Lanes) => Lanes {
  const { m } = w;
  const { op, dtype } = kernel;
  const last = kernel.axes - 1;
  if (op === "argmax" || op === "argmin") {
    const input = kernel.value.dtype;
    const best = new LaneVariable(w, m.constant(kindOf[input], identityOf(op === "argmax" ? "max" : "min", input)));
    const position = new LaneVariable(w, m.constant("i32", 0));
    return (x) => {
      const reached = operation(m, op === "argmax" ? "ge" : "le", input, [x, best.get()]);
      // Of NaNs the last one counts; nothing follows them.
      const record = isFloat(input) ? m.bitwise("or", reached, m.compare("ne", x, x)) : reached;
      const nextPosition = m.select(record, m.one("i32", w.axis(last)), position.get());
      best.set(m.select(record, x, best.get()));
      position.set(nextPosition);
      return cast(m, "int32", "int64", position.copy());
    };
  }
  const wide = isFloat(dtype) && op !== "max" && op !== "min" ? "float64" : dtype;
  const start = op === "logsumexp" ? Number.NEGATIVE_INFINITY : identityOf(op, dtype);
  const state = new LaneVariable(w, m.constant(kindOf[wide], start));
  return (x) => {
    const here = cast(m, dtype, wide, x);
    const next =
      op === "logsumexp"
        ? m.call("logAddExp", "f64", state.get(), here)
        : operation(m, combiningOperation[op], wide, [state.get(), here]);
    state.set(next);
    return cast(m, wide, dtype, state.copy());
  };
}
