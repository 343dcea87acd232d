import { CressetError } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import type { Device } from "./device.ts";
import { nextEpoch } from "./epoch.ts";
import { evaluate } from "./evaluate.ts";
import { mode } from "./mode.ts";
import type { Storage } from "./storage.ts";

/** Pending nodes, and bytes of data that they were the first to use, after which a device looks for unread results. */
const firstLook = 2048;
const mostNodes = 65_536;
const mostBytes = 256 * 1024 * 1024;
const manyConsumers = 32;

/** Adds a node to its device's journal, and computes what has been pending for long. */
export function enter(node: Node, device: Device): void {
  const { journal } = device;
  if (journal.length >= device.nextLook || device.pendingBytes >= mostBytes) relieve(device);
  device.journal.push(node);
  device.pendingBytes += node.heldBytes;
}

/**
 * A loop that reads nothing leaves results that nobody consumes. Pending nodes that share nothing pending are separate
 * computations: all but the newest are computed, each as its own program, so that equal iterations share one. A single
 * long computation (a recurrent network) is left to grow.
 */
function relieve(device: Device): void {
  const full = device.journal.length >= mostNodes || device.pendingBytes >= mostBytes;
  // In the middle of a module or of backward(), results look unread that are about to be used.
  if (mode.moduleDepth > 0 && !full) return;
  computeShared(device);
  const groups = separate(device.journal);
  if (groups.length > 1 || full) {
    device.journal = (full ? undefined : groups.pop()) ?? [];
    device.pendingBytes = device.journal.reduce((bytes, { heldBytes }) => bytes + heldBytes, 0);
    for (const group of groups) compute(device, group);
  }
  device.nextLook = Math.max(firstLook, 2 * device.journal.length);
}

/** What many computations start from (weights that were just initialised, data that was just scaled) would tie them together. */
function computeShared(device: Device): void {
  const shared: Value[] = [];
  for (const node of device.journal)
    for (const value of node.outputs) if (value.consumers >= manyConsumers && value.slot === null) shared.push(value);
  if (shared.length > 0) attempt(() => evaluate(device, shared));
}

/** The connected parts of the journal, by the age of their newest node. */
function separate(journal: readonly Node[]): Node[][] {
  const mark = nextEpoch();
  const parent = new Int32Array(journal.length);
  const find = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  for (const [i, node] of journal.entries()) {
    parent[i] = i;
    node.mark = mark;
    node.local = i;
    for (const input of node.inputs) {
      const source = input.slot === null ? input.node : null;
      if (source !== null && source.mark === mark) parent[find(source.local)] = find(i);
    }
  }
  const groups = new Map<number, Node[]>();
  for (const [i, node] of journal.entries()) {
    const root = find(i);
    const group = groups.get(root) ?? [];
    group.push(node);
    // Moving a group to the end keeps the map in the order of newest nodes.
    groups.delete(root);
    groups.set(root, group);
  }
  return [...groups.values()];
}

function compute(device: Device, group: readonly Node[]): void {
  const writes: Storage[] = [];
  const roots: Value[] = [];
  const members = new Set(group);
  for (const storage of device.dirty.list) {
    if (storage.current.node === null || !members.has(storage.current.node)) continue;
    writes.push(storage);
    roots.push(storage.current);
  }
  for (const node of group) {
    for (const value of node.outputs) {
      if (value.index >= node.template.results.length || value.stale || value.slot !== null) continue;
      if (value.kept || value.consumers === 0) roots.push(value);
    }
  }
  attempt(() => evaluate(device, roots, writes));
}

/** Nobody has asked for these values: whoever does is told what is wrong with them. */
function attempt(evaluation: () => void): void {
  try {
    evaluation();
  } catch (error) {
    if (!(error instanceof CressetError)) throw error;
  }
}
