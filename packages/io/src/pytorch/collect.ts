import { PickleDict, PickleSet, PickleTuple } from "../pickle/values.ts";
import { PickledTensor } from "./records.ts";

/** All tensors that can be reached from a pickle's value, each once. Without recursion: nesting may be deep. */
export function collectTensors(value: unknown): PickledTensor[] {
  const found: PickledTensor[] = [];
  const seen = new Set<unknown>([value]);
  const open = [value];
  const visit = (items: Iterable<unknown>): void => {
    for (const item of items) {
      if (typeof item !== "object" || item === null || seen.has(item)) continue;
      seen.add(item);
      open.push(item);
    }
  };
  while (open.length > 0) {
    const next = open.pop();
    if (next instanceof PickledTensor) found.push(next);
    else if (Array.isArray(next)) visit(next);
    else if (next instanceof PickleTuple) visit(next.items);
    else if (next instanceof PickleSet) visit(next.items);
    else if (next instanceof PickleDict) {
      visit(next.entries.keys());
      visit(next.entries.values());
      if (next.attributes !== null) visit([next.attributes]);
    }
  }
  return found;
}
