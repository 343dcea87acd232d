import type { LoopKernel } from "@cresset/core/backend";
import { writeStatements } from "./statement.ts";
import type { Writer } from "./writer.ts";

/** Nested loops over the outer axes around the body. */
export function writeLoop(writer: Writer, kernel: LoopKernel): void {
  for (let axis = 0; axis < kernel.outer; axis++) writer.openLoop(axis);
  writeStatements(writer, kernel.body);
  for (let axis = 0; axis < kernel.outer; axis++) writer.close();
}
