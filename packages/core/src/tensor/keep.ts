import type { Value } from "../graph/node.ts";
import { mode } from "../runtime/mode.ts";
import { Tensor } from "./tensor.ts";

const keptBytes = 16 * 1024;

/** Marks a value that user code may hold and that is small: whatever evaluation passes through it keeps it. */
export function keepSmall(value: Value): void {
  if (mode.moduleDepth === 0 && value.type.bytes <= keptBytes) value.kept = true;
}

/** Whether a value is ready, or a view of one that is: as good as the data, so that there is nothing to keep. */
export function showsData(value: Value): boolean {
  let at = value;
  while (!at.ready) {
    const { node } = at;
    if (node === null || node.template.operation.options.view === undefined) return false;
    at = node.inputs[0];
  }
  return true;
}

/** Applies `keepSmall` to the tensors that an outermost module returned: a tensor, or (nested) arrays and records of them. */
export function keepReturned(result: unknown): void {
  if (mode.moduleDepth > 0) return;
  if (result instanceof Tensor) keepSmall(result.value);
  else if (Array.isArray(result)) for (const item of result) keepReturned(item);
  else if (result !== null && typeof result === "object" && Object.getPrototypeOf(result) === Object.prototype)
    for (const item of Object.values(result)) keepReturned(item);
}
