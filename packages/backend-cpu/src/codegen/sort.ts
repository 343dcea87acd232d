import type { SortKernel } from "@cresset/core/backend";
import { bare, value } from "./expression.ts";
import { indexCode } from "./index-math.ts";
import type { Writer } from "./writer.ts";

/** For each row: collect the keys, sort their positions, store those. */
export function writeSort(writer: Writer, kernel: SortKernel): void {
  const last = kernel.axes - 1;
  const keys = kernel.value.dtype === "int64" ? "BigInt64Array" : "Float64Array";
  writer.line(`const keys = new ${keys}(n${last});`);
  for (let axis = 0; axis < last; axis++) writer.openLoop(axis);
  writer.openLoop(last);
  writer.line(`keys[i${last}] = ${bare(value(writer, kernel.value))};`);
  writer.close();
  writer.line(`const positions = ${writer.helper("argsort")}(keys, ${kernel.descending});`);
  writer.openLoop(last);
  writer.line(`m${kernel.target}[${indexCode(writer, kernel.index)}] = BigInt(positions[i${last}]);`);
  writer.close();
  for (let axis = 0; axis < last; axis++) writer.close();
}
