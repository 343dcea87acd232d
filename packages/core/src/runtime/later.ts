/** Runs on asynchronous devices, which end later than they are asked for. */
import type { BackendBuffer, Restored, RunStatus } from "../backend/backend.ts";
import type { Value } from "../graph/node.ts";
import type { Device } from "./device.ts";
import { Outcome, type RunEnd } from "./outcome.ts";
import type { Slot } from "./slot.ts";
import type { Storage } from "./storage.ts";

/** The values of an evaluation, and the buffers that it writes for its outputs. */
interface Evaluated {
  readonly outputs: readonly Value[];
  readonly leaves: readonly Value[];
  readonly fresh: readonly BackendBuffer[];
}

/**
 * What only devices need that are read, or end their runs, later than they are asked to. They have it from `registerBackend`, so
 * that a program whose backends are registered by `registerBackendSync` bundles none of it.
 */
export const later = { run, place, relieve };

/**
 * Asks for a run.
 *
 * @param writes storages whose new versions get back the content of the version before if the run fails.
 * @returns also the outputs that are such versions.
 * @throws the error that spoiled one of the leaves, where that is known already.
 */
function run(
  device: Device,
  { outputs, leaves, fresh }: Evaluated,
  writes: readonly Storage[],
  ask: (restore: () => Restored) => RunStatus,
): { status: RunStatus; restored: ReadonlySet<Value> } {
  for (const value of leaves) {
    const error = value.slot?.outcome?.spoiled;
    if (error) throw error;
  }
  const restored = new Set<Value>();
  const status = ask(() => {
    const pairs = restorable(device, outputs, fresh, writes);
    for (const value of pairs.keys()) restored.add(value);
    return [...pairs.values()];
  });
  return { status, restored };
}

/**
 * For each output that is a new version of a storage in `writes`: its buffer and that of the version before. What comes after
 * a run is asked for before anybody knows whether it fails; if it does, the device gives the new version the
 * content of the old one, as if the step had not been.
 */
function restorable(
  device: Device,
  outputs: readonly Value[],
  fresh: readonly BackendBuffer[],
  writes: readonly Storage[],
): Map<Value, readonly [to: BackendBuffer, from: BackendBuffer]> {
  const pairs = new Map<Value, readonly [to: BackendBuffer, from: BackendBuffer]>();
  const written = new Set(writes);
  for (const [i, value] of outputs.entries()) {
    const { storage } = value;
    if (storage === null || storage.current !== value || !written.has(storage)) continue;
    if (storage.committed.slot === null || storage.committed.type !== value.type) continue;
    pairs.set(value, [fresh[i], device.bufferOf(storage.committed)]);
  }
  return pairs;
}

/**
 * Gives outputs the buffers that a run is writing. Their reads throw where it fails, or where what it read was spoiled.
 *
 * @param errorOf the error of a failed check.
 */
function place(
  device: Device,
  { outputs, leaves, fresh }: Evaluated,
  status: RunStatus,
  errorOf: (check: number) => Error,
  restored: ReadonlySet<Value>,
): void {
  const before = outcomesOf(leaves);
  const own = typeof status === "number" ? null : endOf(status, errorOf);
  const outcome = own === null && before.length === 0 ? null : new Outcome(own, before);
  let kept = outcome;
  if (outcome !== null && restored.size > 0)
    kept = new Outcome(own, before, outcomesOf([...restored].flatMap(({ storage }) => storage?.committed ?? [])));
  for (const [i, value] of outputs.entries()) device.place(value, fresh[i], restored.has(value) ? kept : outcome);
}

/** How a run ends. Never rejects. */
async function endOf(status: Promise<number | Error>, errorOf: (check: number) => Error): Promise<Awaited<RunEnd>> {
  try {
    const end = await status;
    if (end === -1) return null;
    return { error: typeof end === "number" ? errorOf(end) : end, restored: true, reported: false };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)), restored: false, reported: false };
  }
}

/** Of runs that wrote these values, what is not known yet or has to be told. */
function outcomesOf(values: readonly Value[]): Outcome[] {
  const found = new Set<Outcome>();
  for (const value of values) {
    const outcome = value.slot?.outcome;
    if (outcome && !outcome.clear) found.add(outcome);
  }
  return [...found];
}

/** What cannot be read at once leaves when its content has arrived, if it has not been used meanwhile. */
async function relieve(device: Device, slots: readonly Slot[]): Promise<void> {
  const { backend, clock: started } = device;
  const buffers = slots.flatMap(({ buffer }) => (buffer === null ? [] : [buffer]));
  const together = backend.readMany?.(buffers) ?? Promise.all(buffers.map((buffer) => backend.read(buffer)));
  // One that cannot be read does not keep the others; whoever reads it is told.
  const arrays = await together.catch(() =>
    Promise.all(buffers.map((buffer) => backend.read(buffer).catch(() => undefined))),
  );
  for (const [i, slot] of slots.entries()) {
    slot.leaving = false;
    device.leavingBytes -= slot.bytes;
    const { buffer } = slot;
    const array = arrays[i];
    if (array === undefined || buffer !== buffers[i] || slot.used > started || slot.registered < 0) continue;
    slot.host = array;
    device.unlink(slot, buffer);
  }
}
