import type { ScanKernel } from "@cresset/core/backend";
import { identityOf } from "../identity.ts";
import { bare, literal, storedText, value } from "./expression.ts";
import { indexCode } from "./index-math.ts";
import { combineText } from "./reduction.ts";
import type { Writer } from "./writer.ts";

/** For each row, a running state along the last axis. Sums, products and logsumexp of floats run in float64. */
export function writeScan(writer: Writer, kernel: ScanKernel): void {
  const { op, dtype } = kernel;
  const last = kernel.axes - 1;
  const input = kernel.value.dtype;
  const target = `m${kernel.target}`;
  for (let axis = 0; axis < last; axis++) writer.openLoop(axis);
  const position = op === "argmax" || op === "argmin";
  const first = op === "logsumexp" ? Number.NEGATIVE_INFINITY : identityOf(stateOf(op), position ? input : dtype);
  writer.line(`let state = ${literal(first)};`);
  if (position) writer.line("let position = 0;");
  writer.openLoop(last);
  writer.line(`const value = ${bare(value(writer, kernel.value))};`);
  if (position) {
    writer.line(
      `if (${writer.helper("newRecord")}(value, state, ${op === "argmin"})) { state = value; position = i${last}; }`,
    );
    writer.line(`${target}[${indexCode(writer, kernel.index)}] = BigInt(position);`);
  } else {
    const next =
      op === "logsumexp"
        ? `${writer.helper("logAddExp")}(state, value)`
        : combineText(writer, op, dtype, "state", "value");
    writer.line(`state = ${bare(next)};`);
    writer.line(
      `${target}[${indexCode(writer, kernel.index)}] = ${storedText(writer, dtype, { text: "state", rounded: false })};`,
    );
  }
  writer.close();
  for (let axis = 0; axis < last; axis++) writer.close();
}

function stateOf(op: Exclude<ScanKernel["op"], "logsumexp">): "sum" | "product" | "max" | "min" {
  return op === "argmax" ? "max" : op === "argmin" ? "min" : op;
}
