import type { HostArray } from "../dtype/dtype.ts";
import { TraceError } from "../errors.ts";
import { nodeCount, type Value } from "../graph/node.ts";
import type { Edge } from "../graph/recording.ts";
import { defaultGenerator } from "../ops/random/default-generator.ts";
import { realize } from "../runtime/commit.ts";
import { type Device, deviceNamed, deviceNames } from "../runtime/device.ts";
import { mode, type RandomSource, type Tracing } from "../runtime/mode.ts";
import type { Storage } from "../runtime/storage.ts";
import { LeafRecord } from "./leaf.ts";
import type { Tensor } from "./tensor.ts";

/** What a program was when it was traced. Its values are pending for ever: nothing of it is computed. */
export interface Traced<T> {
  readonly result: T;
  /** The values that the given tensors had before, in order: where the graph starts. */
  readonly before: readonly Value[];
  /** The values that they would have afterwards; those that were not written are the same. */
  readonly after: readonly Value[];
  /** Nodes with smaller numbers were there before: what they compute is no part of the program. */
  readonly since: number;
  /** The memory of other tensors that was written, of which nothing remains: the program's own, or what it found outside. */
  readonly written: readonly Storage[];
  /** Random numbers that it drew and where they came from. As constants of the graph, they would be those of this run. */
  readonly sources: ReadonlyMap<Value, RandomSource>;
  /** Whether it drew others. */
  readonly random: boolean;
}

/**
 * Runs a program for its graph alone: nothing is computed, and afterwards all is as before: the tensors given, their
 * gradients, and the default random generator. Pending values of the tensors must be read before.
 *
 * @param states the tensors that the program starts from and may write: inputs, parameters, buffers, optimizer states.
 * @param layer what stands for layers as a whole that are written out otherwise (recurrent ones); default: nothing does.
 * @throws TraceError if the program reads a value that would have to be computed; what the program throws.
 * @example
 * const { result, before } = traced([x, weight], () => linear(x, weight));
 * result.value.node?.template.operation.name; // "linear"
 */
export function traced<T>(
  states: readonly Tensor[],
  program: () => T,
  layer: Tracing["layer"] = () => null,
): Traced<T> {
  if (mode.tracing !== null) throw new TraceError("a program that is being traced cannot trace another one");
  const before = states.map((tensor) => tensor.current());
  const pending = before.find((value) => !value.ready);
  if (pending !== undefined)
    throw new TraceError(
      `a tensor of shape [${pending.type.shape.join(", ")}] is pending: read it before it is traced`,
    );
  const restore = deviceNames().map((name) => rememberDevice(deviceNamed(name)));
  const restoreTensors = states.map(rememberTensor);
  const since = nodeCount();
  const pendingWrites = new Map(dirtyStorages().map((storage) => [storage, storage.version]));
  const generator = defaultGenerator.getState();
  const outer = { ...mode };
  const sources = new Map<Value, RandomSource>();
  let draws = 0;
  const given = new Set(before);
  const tracing: Tracing = {
    reads: (value) => {
      if (!value.ready || given.has(value)) throw readWhileTraced(value);
    },
    draws: () => {
      draws++;
    },
    drew: (value, source) => sources.set(value, source),
    layer,
  };
  const content = before.flatMap(({ slot }) => (slot === null ? [] : [{ slot, host: slot.host }]));
  for (const { slot } of content) slot.host = null;
  // As inside a module, so that nothing is marked as kept and the journal may grow.
  Object.assign(mode, { tracing, evaluation: "lazy", moduleDepth: mode.moduleDepth + 1 });
  try {
    const result = program();
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new TraceError("a traced program must not return a promise: what runs later is no part of its graph");
    }
    const after = states.map((tensor) => tensor.current());
    const own = new Set(states.map(({ storage }) => storage));
    const written = dirtyStorages().filter((each) => !own.has(each) && each.version !== pendingWrites.get(each));
    const untold = draws === 0 && !sameBytes(generator, defaultGenerator.getState());
    return { result, before, after, since, written, sources, random: untold || draws > sources.size };
  } finally {
    Object.assign(mode, outer);
    for (const { slot, host } of content) slot.host = host;
    defaultGenerator.setState(generator);
    for (const undo of restore) undo();
    for (const undo of restoreTensors) undo();
  }
}

/** The elements of a value that is there: the content of a constant of a traced program. May be the value's own array. */
export async function readValue(value: Value): Promise<HostArray> {
  // What the program found pending can be computed; what it computed itself cannot.
  if (value.slot === null && value.node !== null) realize(value);
  const { slot } = value;
  if (slot === null) throw new TraceError("a value was read that is not there");
  if (slot.host !== null) return slot.host;
  if (slot.buffer === null) throw new TraceError("a value was read that has been given back");
  return value.device.backend.read(slot.buffer);
}

function readWhileTraced({ node, type }: Value): TraceError {
  const what = node === null ? "a value" : `the result of ${node.template.operation.name}`;
  const where = node === null || node.path === "" ? "" : ` (in module ${node.path})`;
  return new TraceError(
    `${what} of shape [${type.shape.join(", ")}]${where} was read while the program was traced. What a program does with values ` +
      "that it reads (item, data, a condition) is no part of its graph: compute with tensors instead, as with where()",
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}

function dirtyStorages(): Storage[] {
  return deviceNames().flatMap((name) => deviceNamed(name).dirty.list);
}

/** What was entered into the journal is forgotten; other storages that were written get back what they had. */
function rememberDevice(device: Device): () => void {
  const journal = [...device.journal];
  const { pendingBytes } = device;
  const dirty = new Map(device.dirty.list.map((storage) => [storage, rememberStorage(storage)] as const));
  return () => {
    device.journal = journal;
    device.pendingBytes = pendingBytes;
    for (const storage of [...device.dirty.list]) {
      if (dirty.has(storage)) continue;
      device.dirty.delete(storage);
      storage.current = storage.committed;
      storage.overwritten = null;
      storage.version++;
      storage.current.version = storage.version;
    }
    for (const [storage, undo] of dirty) {
      device.dirty.add(storage);
      undo();
    }
  };
}

function rememberStorage(storage: Storage): () => void {
  const { current, edge, version, committed, previous, overwritten, persistent } = storage;
  const fields = { current, edge, version, committed, previous, overwritten, persistent };
  const { version: versionOfValue } = current;
  return () => {
    Object.assign(storage, fields);
    current.version = versionOfValue;
  };
}

function rememberTensor(tensor: Tensor): () => void {
  const undoStorage = rememberStorage(tensor.storage);
  const { value, seen, retained, history } = tensor;
  const { edge: whole } = history;
  const edge: Edge | null = tensor.edge;
  const grad = edge instanceof LeafRecord ? edge.grad : null;
  return () => {
    undoStorage();
    Object.assign(tensor, { value, seen, edge, retained });
    history.edge = whole;
    if (edge instanceof LeafRecord) edge.grad = grad;
  };
}
