import { type Node, nodeCount, type Value } from "../graph/node.ts";
import { firstSince, idOf, sortBy } from "../graph/order.ts";
import type { Device } from "./device.ts";
import { nextEpoch } from "./epoch.ts";
import { evaluate } from "./evaluate.ts";
import { mode } from "./mode.ts";
import type { Storage } from "./storage.ts";

/**
 * Writes the newest versions of `storages`. Along with them it computes what could not be computed afterwards: of the
 * pending values that depend on a version being overwritten, other in-place writes, what nothing consumes, and what user
 * code may hold.
 */
export function commit(device: Device, storages: readonly Storage[]): void {
  const depends = nextEpoch();
  const indirect = nextEpoch();
  let oldest = nodeCount();
  for (const { committed, overwritten } of storages) {
    for (const version of [committed, overwritten ?? committed]) {
      version.dependsMark = depends;
      oldest = Math.min(oldest, version.born);
    }
  }
  const journal = device.journal.slice(firstSince(device.journal, oldest));
  let first = true;
  for (const node of journal) {
    let does = false;
    for (const value of node.inputs) {
      if (value.dependsMark === depends) does = true;
      if (value.slot === null ? value.stale || value.node === null || value.node.ran : value.cached) first = false;
    }
    if (does) for (const value of node.outputs) value.dependsMark = depends;
  }
  // Where all that is pending was never computed before, what depends on a version depends on it directly.
  if (!first) markIndirect(journal, depends, indirect);
  const listed = nextEpoch();
  const writes: Storage[] = [];
  const roots: Value[] = [];
  const list = (storage: Storage): void => {
    const { current } = storage;
    if (current.mark === listed) return;
    current.mark = listed;
    writes.push(storage);
    roots.push(current);
  };
  for (const storage of storages) list(storage);
  for (const storage of device.dirty.list) if (storage.current.dependsMark >= depends) list(storage);
  for (const node of journal) {
    for (const value of node.outputs) {
      if (value.dependsMark < depends || value.stale || value.index >= node.template.results.length) continue;
      if (value.kept || (value.consumers === 0 && value.dependsMark === depends)) roots.push(value);
    }
  }
  evaluate(device, roots, writes);
}

/**
 * Marks what depends on a version being overwritten only through values that would have to be computed again: those that
 * an earlier program computed and dropped, or that are there until a derivative has used them.
 */
function markIndirect(journal: readonly Node[], depends: number, indirect: number): void {
  const seen = nextEpoch();
  const nodes: Node[] = [];
  const stack = [...journal];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.mark === seen) continue;
    node.mark = seen;
    nodes.push(node);
    for (const value of node.inputs)
      if (value.node !== null && (value.slot === null || value.cached)) stack.push(value.node);
  }
  const lost = nextEpoch();
  for (const node of sortBy(nodes, idOf)) {
    let isLost = false;
    let does = false;
    for (const value of node.inputs) {
      if (value.slot === null && (value.stale || value.node === null || value.node.mark === lost)) isLost = true;
      if (value.dependsMark >= depends) does = true;
    }
    if (isLost) {
      // Nobody can compute it any more: whoever reads it is told, and steps go on.
      node.mark = lost;
      for (const value of node.outputs) value.dependsMark = 0;
    } else if (does) {
      for (const value of node.outputs) if (value.dependsMark !== depends) value.dependsMark = indirect;
    }
  }
}

/**
 * Computes values and, in the same program, small ones that user code may hold and that are made from what is computed
 * on the way: a micro-batch's loss, while its activations are there.
 */
export function evaluateAround(device: Device, values: readonly Value[]): void {
  const seen = nextEpoch();
  const roots = [...values];
  const stack = [...values];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    const { node } = value;
    if (value.slot !== null || node === null || node.mark === seen) continue;
    node.mark = seen;
    stack.push(...node.inputs);
  }
  for (const node of device.journal) {
    if (node.mark === seen || !node.inputs.some((value) => value.slot === null && value.node?.mark === seen)) continue;
    node.mark = seen;
    for (const value of node.outputs) if (value.kept && value.index < node.template.results.length) roots.push(value);
  }
  evaluate(device, roots);
}

/** Makes a value ready: commits its storage if it is the pending newest version, else evaluates it alone. */
export function realize(value: Value): void {
  mode.tracing?.reads(value);
  if (value.slot !== null) return;
  const { device, storage } = value;
  if (storage !== null && storage.current === value && device.dirty.has(storage)) commit(device, [storage]);
  else evaluate(device, [value]);
}
