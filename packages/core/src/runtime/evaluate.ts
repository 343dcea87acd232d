import type { BackendBuffer, Restored, RunStatus } from "../backend/backend.ts";
import type { Argument } from "../backend/program.ts";
import { type Compiled, compile } from "../compiler/compile.ts";
import { DTypeError, IndexError, ShapeError, StaleValueError, ValueError } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { firstSince, idOf, sortBy } from "../graph/order.ts";
import type { CacheEntry } from "./cache.ts";
import type { Device } from "./device.ts";
import { nextEpoch } from "./epoch.ts";
import { mode } from "./mode.ts";
import { chooseOutputs, isPendingWrite, movesData, outputsPerNode, position, saves } from "./outputs.ts";
import { piecesOf, preparing } from "./pieces.ts";
import type { Storage } from "./storage.ts";

let key = new Int32Array(4096);

/**
 * Computes `roots` and everything pending below them in one program, and makes the newest versions of `writes` the
 * committed ones. Nothing changes if a check fails before state is written.
 *
 * @throws StaleValueError if something needed was overwritten; the error of a failed check.
 */
export function evaluate(device: Device, roots: readonly Value[], writes: readonly Storage[] = []): void {
  evaluateProgram(device, roots, writes, false);
}

/** @param piece whether it is a part of what would be too rare a program. */
function evaluateProgram(device: Device, roots: readonly Value[], writes: readonly Storage[], piece: boolean): void {
  const { order, leaves, outputs, length } = planEvaluation(roots);
  if (order.length > 0) {
    mode.tracing?.reads(roots[0]);
    const entry = device.cache.find(key, appendOutputs(length, outputs));
    // Where errors come later, what was written before them could not be taken back.
    if (!piece && device.backend.synchronous && device.cache.defers(entry, order.length)) {
      evaluatePieces(device, order, roots, writes);
      return;
    }
    learn(order, roots);
    addLearned(entry, order, outputs);
    run(device, entry, order, leaves, outputs, writes);
    finish(device, order, entry, leaves);
    for (const value of outputs) if (isPendingWrite(value)) promote(value.storage as Storage, device);
  }
  for (const storage of writes) promote(storage, device);
}

/**
 * The same values as those of one program, by programs of one operation each: these come again where their sequence does not.
 * Where data are prepared, that comes first: what is left may be a structure that does come again.
 */
function evaluatePieces(
  device: Device,
  order: readonly Node[],
  roots: readonly Value[],
  writes: readonly Storage[],
): void {
  const compute = (among?: ReadonlySet<Node>): boolean => {
    let any = false;
    for (const values of piecesOf(order, roots, among)) {
      evaluateProgram(device, values, [], true);
      any = true;
    }
    return any;
  };
  let prepared = false;
  try {
    prepared = compute(preparing(order));
    if (!prepared) compute();
  } catch (error) {
    rollBack(device, order, writes);
    throw error;
  }
  evaluateProgram(device, roots, writes, !prepared);
}

/** What computing `roots` takes: pending nodes, the ready values they read, the values to give out; writes the key. */
export function planEvaluation(roots: readonly Value[]): {
  order: Node[];
  leaves: Value[];
  outputs: Value[];
  length: number;
} {
  const order = collect(roots);
  const leaves: Value[] = [];
  const length = writeKey(order, leaves);
  return { order, leaves, outputs: chooseOutputs(order, roots), length };
}

/** The pending nodes that `roots` need, operands first. */
function collect(roots: readonly Value[]): Node[] {
  const mark = nextEpoch();
  const order: Node[] = [];
  const stack: Value[] = [];
  for (const root of roots) stack.push(root);
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value.slot !== null) continue;
    const node = value.node;
    if (value.stale || node === null) throw stale(value);
    if (node.mark === mark) continue;
    node.mark = mark;
    order.push(node);
    const inputs = node.inputs;
    for (let i = 0; i < inputs.length; i++) if (inputs[i].slot === null) stack.push(inputs[i]);
  }
  return inOrder(order, mark);
}

/** By age. What was never computed stands in the journal in that order, mostly with little else. */
function inOrder(found: Node[], mark: number): Node[] {
  if (found.length === 0) return found;
  const order: Node[] = [];
  let oldest = found[0].id;
  for (const { id } of found) oldest = Math.min(oldest, id);
  const { journal } = found[0].outputs[0].device;
  for (let i = firstSince(journal, oldest); i < journal.length; i++)
    if (journal[i].mark === mark) order.push(journal[i]);
  return order.length === found.length ? order : sortBy(found, idOf);
}

function stale(value: Value): StaleValueError {
  const what = value.node === null ? "a value" : `the result of ${value.node.template.operation.name}`;
  return new StaleValueError(
    `${what} of shape [${value.type.shape.join(", ")}] was never read, and what it was computed from has been overwritten or disposed of since. ` +
      "Read it earlier (await x.item()), or keep it with x.detach() where you store it.",
  );
}

function writeKey(order: readonly Node[], leaves: Value[]): number {
  const mark = nextEpoch();
  let at = 0;
  for (let n = 0; n < order.length; n++) {
    const node = order[n];
    node.local = n;
    const inputs = node.inputs;
    const { outputs } = node;
    const most = at + 2 * inputs.length + outputs.length + 2;
    if (most > key.length) grow(most);
    key[at++] = node.template.id;
    // A node of which some results are ready already is another structure: they can be no outputs of the program.
    if (outputs.length > 1)
      for (let i = 0; i < outputs.length; i++) if (outputs[i].slot !== null) key[at++] = -2_000_000_000 + i;
    for (let i = 0; i < inputs.length; i++) {
      const value = inputs[i];
      if (value.slot === null) {
        key[at++] = (value.node as Node).local;
        key[at++] = value.index;
        continue;
      }
      if (value.mark !== mark) {
        value.mark = mark;
        value.local = leaves.push(value) - 1;
      }
      key[at++] = -1 - value.local;
    }
  }
  return at;
}

function grow(needed: number): void {
  const larger = new Int32Array(Math.max(key.length, needed) * 2);
  larger.set(key);
  key = larger;
}

function appendOutputs(length: number, outputs: readonly Value[]): number {
  let at = length;
  if (at + 2 * outputs.length + 1 > key.length) grow(at + 2 * outputs.length + 1);
  key[at++] = -1_000_000_000;
  for (const value of outputs) {
    key[at++] = (value.node as Node).local;
    key[at++] = value.index;
  }
  return at;
}

/** A value that an earlier program computed and dropped is needed again: from now on that program gives it out. */
function learn(order: readonly Node[], roots: readonly Value[]): void {
  const note = (value: Value): void => {
    const from = value.entry;
    if (value.slot !== null || from === null) return;
    // What has no operands (zeros, ones, a filled tensor) or only shows data costs less to make again than to read.
    if (value.node?.inputs.length === 0 || movesData(value)) return;
    if (!from.learned.includes(value.entryAt)) from.learned.push(value.entryAt);
  };
  for (const root of roots) note(root);
  for (const node of order) if (!node.ran) for (const input of node.inputs) note(input);
}

function addLearned(entry: CacheEntry, order: readonly Node[], outputs: Value[]): void {
  for (const at of entry.learned) {
    const value = order[Math.floor(at / outputsPerNode)].output(at % outputsPerNode);
    if (!outputs.includes(value)) outputs.push(value);
  }
}

function run(
  device: Device,
  entry: CacheEntry,
  order: readonly Node[],
  leaves: readonly Value[],
  outputs: readonly Value[],
  writes: readonly Storage[],
): void {
  device.clock++;
  const fresh: BackendBuffer[] = [];
  const abandon = (): void => {
    for (const [i, buffer] of fresh.entries()) device.free(buffer, outputs[i].type.bytes);
    rollBack(device, order, writes);
  };
  let started: Started;
  try {
    started = start(device, entry, order, leaves, outputs, fresh, writes);
  } catch (error) {
    // The backend has no memory left, or has lost a thread: nothing was written that anybody can see.
    abandon();
    throw error;
  }
  const { status, checks, restored } = started;
  if (typeof status === "number" && status >= 0) {
    abandon();
    throw checkError(checks[status], order);
  }
  if (restored === null) for (let i = 0; i < outputs.length; i++) device.place(outputs[i], fresh[i]);
  else device.later?.place(device, { outputs, leaves, fresh }, status, (n) => checkError(checks[n], order), restored);
}

interface Started {
  readonly status: RunStatus;
  readonly checks: Compiled["checks"];
  /** On asynchronous devices: outputs that get back the content of the version before if the run fails. */
  readonly restored: ReadonlySet<Value> | null;
}

/** Compiles the program if it is new, and runs it; `fresh` gets a buffer for each output. */
function start(
  device: Device,
  entry: CacheEntry,
  order: readonly Node[],
  leaves: readonly Value[],
  outputs: readonly Value[],
  fresh: BackendBuffer[],
  writes: readonly Storage[],
): Started {
  const { backend, statistics } = device;
  let compiled = entry.compiled;
  if (compiled === null || entry.known !== entry.learned.length) {
    compiled = compile(order, outputs, backend);
    entry.compiled = compiled;
    entry.known = entry.learned.length;
    statistics.compilations++;
  }
  const args: Argument[] = [];
  for (let n = 0; n < order.length; n++) {
    const given = order[n].args;
    for (let i = 0; i < given.length; i++) args.push(given[i]);
  }
  const { inputs } = compiled;
  const buffers: BackendBuffer[] = [];
  for (let i = 0; i < inputs.length; i++) buffers.push(device.bufferOf(leaves[inputs[i]]));
  for (let i = 0; i < outputs.length; i++) {
    const { dtype, numel, bytes } = outputs[i].type;
    const buffer = reusable(outputs[i], leaves, device) ?? device.allocate(dtype, numel, bytes);
    fresh.push(buffer);
    buffers.push(buffer);
  }
  statistics.runs++;
  statistics.commands += compiled.executable.program.commands.length;
  statistics.computed += order.length;
  const { executable, checks } = compiled;
  if (device.later === null) return { status: backend.run(executable, buffers, args), checks, restored: null };
  const ask = (restore: () => Restored): RunStatus => backend.run(executable, buffers, args, restore);
  return { ...device.later.run(device, { outputs, leaves, fresh }, writes, ask), checks };
}

/** The buffer of the version before last, which the newest one may take over. */
function reusable(value: Value, leaves: readonly Value[], device: Device): BackendBuffer | null {
  const storage = value.storage;
  if (storage === null || !storage.persistent || storage.current !== value) return null;
  const previous = storage.previous;
  if (previous === null || previous.slot === null || previous.slot.host !== null) return null;
  if (previous.type !== value.type || leaves[previous.local] === previous) return null;
  const buffer = device.unplace(previous);
  previous.stale = true;
  return buffer;
}

function promote(storage: Storage, device: Device): void {
  device.dirty.delete(storage);
  storage.overwritten = null;
  if (storage.committed === storage.current) return;
  storage.previous = storage.committed;
  storage.committed = storage.current;
}

/** The program failed: the committed versions are the newest again, and nobody computes the failing nodes unasked. */
function rollBack(device: Device, order: readonly Node[], writes: readonly Storage[]): void {
  for (const storage of writes) {
    device.dirty.delete(storage);
    storage.version++;
    storage.current = storage.committed;
    storage.current.version = storage.version;
  }
  const failed = new Set(order);
  device.strike(order[0].id, (node) => failed.has(node));
}

function finish(device: Device, order: readonly Node[], entry: CacheEntry, leaves: readonly Value[]): void {
  for (const node of order) {
    if (node.ran) device.statistics.recomputed++;
    node.ran = true;
    for (const value of node.outputs) {
      if (value.slot !== null || value.node === null) continue;
      value.entry = entry;
      value.entryAt = position(value);
    }
    node.settle(saves(node));
  }
  for (const leaf of leaves) {
    if (!leaf.cached || leaf.node === null || leaf.node.recording !== null) continue;
    const buffer = device.unplace(leaf);
    if (buffer !== null) device.free(buffer, leaf.type.bytes);
  }
  device.strike(order[0].id, hasRun);
}

const hasRun = ({ ran }: Node): boolean => ran;

const errors = { IndexError, ShapeError, DTypeError, ValueError };

function checkError({ error, message, node: at }: Compiled["checks"][number], order: readonly Node[]): Error {
  const node = order[at];
  const where = node.path === "" ? "" : ` (in module ${node.path})`;
  return new errors[error](`${node.template.operation.name}: ${message}${where}`);
}
