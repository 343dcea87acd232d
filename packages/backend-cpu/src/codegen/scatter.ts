import type { ScatterKernel } from "@cresset/core/backend";
import { bare, storedText, value } from "./expression.ts";
import { indexCode } from "./index-math.ts";
import { combineText } from "./reduction.ts";
import type { Writer } from "./writer.ts";

/** Loops over all axes in row-major order; each point combines its value into the target. */
export function writeScatter(writer: Writer, kernel: ScatterKernel): void {
  const { dtype } = kernel.operands[kernel.target];
  for (let axis = 0; axis < kernel.axes; axis++) writer.openLoop(axis);
  writer.line(`const value = ${bare(value(writer, kernel.value))};`);
  writer.line(`const at = ${indexCode(writer, kernel.index)};`);
  const element = `m${kernel.target}[at]`;
  if (kernel.mode === "set") {
    writer.line(
      `if (at < m${kernel.target}.length) ${element} = ${storedText(writer, dtype, { text: "value", rounded: true })};`,
    );
  } else {
    const old = dtype === "float16" ? `${writer.helper("halfToFloat")}(${element})` : element;
    const combined = combineText(writer, kernel.mode, dtype, old, "value");
    const stored = storedText(writer, dtype, { text: combined, rounded: false });
    writer.line(`if (at < m${kernel.target}.length) ${element} = ${stored};`);
  }
  for (let axis = 0; axis < kernel.axes; axis++) writer.close();
}
