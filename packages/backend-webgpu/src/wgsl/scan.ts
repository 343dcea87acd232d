import { isFloat, type ScanKernel } from "@cresset/core/backend";
import { literal, roundText, value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import { operationText } from "./operations.ts";
import type { Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { combineText, identityText } from "./reduction.ts";
import type { Writer } from "./writer.ts";

export function planScan(_: ScanKernel, extents: readonly number[]): Plan {
  const rows = extents.slice(0, -1).reduce((a, b) => a * b, 1);
  return { key: "", workgroups: Math.ceil(rows / 64) };
}

/** A thread for each row: running reductions along the last axis. */
export function writeScan(writer: Writer, kernel: ScanKernel): void {
  const { op, dtype, target } = kernel;
  const last = kernel.axes - 1;
  const rows = Array.from({ length: last }, (_, axis) => axis);
  const input = kernel.value.dtype;
  writer.line("let row = workgroup * 64 + thread;");
  writer.line(`if (row >= ${extentText(rows)}) { return; }`);
  writeCoordinates(writer, rows, "row");
  const loop = (): void => {
    writer.open(`for (var i${last} = 0; i${last} < n${last}; i${last}++)`);
    writer.axes.set(last, `i${last}`);
  };
  const store = (text: string): void => {
    writeStore(writer, target, indexText(writer, kernel.index), text);
    writer.close();
  };
  if (op === "argmax" || op === "argmin") {
    writer.line(`var state = ${identityText(writer, op === "argmax" ? "max" : "min", input)};`);
    writer.line("var position = 0;");
    loop();
    const x = writer.name("v", value(writer, kernel.value));
    // Ties count, and from the first NaN on only NaNs do.
    const reaches = operationText(writer, op === "argmax" ? "ge" : "le", input, [x, "state"]);
    const record = isFloat(input)
      ? `${writer.use("is_nan")}(${x}) || (!${writer.use("is_nan")}(state) && ${reaches})`
      : reaches;
    writer.line(`if (${record}) {`);
    writer.line(`  state = ${x};`);
    writer.line(`  position = i${last};`);
    writer.line("}");
    store(`${writer.use("int64_of")}(position)`);
    return;
  }
  if (op === "sum" && isFloat(dtype)) {
    writer.line("var state = vec2f(0.0f, 0.0f);");
    loop();
    writer.line(`state = ${writer.use("add_compensated")}(state, ${value(writer, kernel.value)});`);
    store(roundText(writer, dtype, `${writer.use("sum_of_parts")}(state)`));
    return;
  }
  const first = op === "logsumexp" ? literal(writer, dtype, Number.NEGATIVE_INFINITY) : identityText(writer, op, dtype);
  writer.line(`var state = ${first};`);
  loop();
  const x = value(writer, kernel.value);
  writer.line(
    `state = ${op === "logsumexp" ? `${writer.use("log_add_exp")}(state, ${x})` : combineText(writer, op, dtype, "state", x)};`,
  );
  store(roundText(writer, dtype, "state"));
}
