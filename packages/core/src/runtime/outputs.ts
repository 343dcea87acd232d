/** Which values a program gives out. */
import { savedSources } from "../autograd/derive.ts";
import type { Node, Value } from "../graph/node.ts";
import { sortBy } from "../graph/order.ts";
import { nextEpoch } from "./epoch.ts";

/** More outputs than any node has: an output's position in a program is node · this + index. */
export const outputsPerNode = 65536;

export const position = (value: Value): number => (value.node as Node).local * outputsPerNode + value.index;

/** What is saved instead of several values that only show it may be this much larger than they are together. */
const largestExcess = 2;

/** Roots, what user code may hold, and what derivatives still to be taken save. */
export function chooseOutputs(order: readonly Node[], roots: readonly Value[]): Value[] {
  const mark = nextEpoch();
  const outputs: Value[] = [];
  const add = (value: Value, cached: boolean): void => {
    if (value.mark === mark || value.slot !== null || value.stale) return;
    value.mark = mark;
    value.cached = cached && !value.kept;
    outputs.push(value);
  };
  let moved: Map<Value, Set<Value>> | null = null;
  for (const root of roots) add(root, false);
  for (const node of order) {
    for (const value of node.outputs) if (value.kept || isPendingWrite(value)) add(value, false);
    if (node.recording === null) continue;
    for (const source of savedSources(node.template, node.recording.edges)) {
      const value = source.kind === "input" ? node.inputs[source.index] : node.output(source.index);
      const from = sourceOf(value, mark);
      if (from.slot !== null) continue;
      if (from === value) {
        add(value, true);
        continue;
      }
      moved ??= new Map();
      const values = moved.get(from);
      if (values === undefined) moved.set(from, new Set([value]));
      else values.add(value);
    }
  }
  if (moved !== null) for (const [from, values] of moved) addMoved(from, values, mark, add);
  return sortBy(outputs, position);
}

/** Whether a derivative that is still to be taken reads values of the node: that of a stack or a sum does not. */
export function saves({ template, recording }: Node): boolean {
  return recording !== null && savedSources(template, recording.edges).length > 0;
}

/** Saves what values show instead of the values, where that takes not much more memory: showing it again costs nothing. */
function addMoved(
  from: Value,
  values: ReadonlySet<Value>,
  mark: number,
  add: (value: Value, cached: boolean) => void,
): void {
  let elements = 0;
  for (const value of values) if (value.mark !== mark) elements += value.type.numel;
  if (elements === 0) return;
  if (from.mark === mark || from.type.numel <= largestExcess * elements) add(from, true);
  else for (const value of values) add(value, true);
}

/**
 * What a value shows, looking through views, and through copies of what is computed with it. Not through copies of data or
 * of state: those stay as they are when it is overwritten.
 */
function sourceOf(value: Value, given = -1): Value {
  let at = value;
  while (at.slot === null && at.mark !== given) {
    const { node } = at;
    if (node === null || node.inputs.length === 0 || !node.template.moves) break;
    const from = node.inputs[0];
    const isView = node.template.operation.options.view !== undefined;
    if (!isView && (from.slot !== null || from.storage?.persistent === true)) break;
    at = from;
  }
  return at;
}

/** As good as the data it shows: reading it again costs nothing. */
export const movesData = (value: Value): boolean => sourceOf(value).slot !== null;

/** The newest version of a storage, not committed yet: once passed through it is no longer in the journal. */
export function isPendingWrite(value: Value): boolean {
  const { storage } = value;
  return storage !== null && storage.version > 0 && storage.current === value && value.device.dirty.has(storage);
}
