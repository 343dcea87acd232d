/** Runs on asynchronous devices, which end later than they are asked for. */
import type { BackendBuffer, RunStatus } from "../backend/backend.ts";
import type { Value } from "../graph/node.ts";
import type { Device } from "./device.ts";
import { Outcome } from "./outcome.ts";
import type { Storage } from "./storage.ts";

/**
 * For each output that is a new version of a storage in `writes`: its buffer and that of the version before. What comes after
 * a run is asked for before anybody knows whether a check of it fails; if one does, the device gives the new version the
 * content of the old one, as if the step had not been.
 */
export function restorable(
  device: Device,
  outputs: readonly Value[],
  fresh: readonly BackendBuffer[],
  writes: readonly Storage[],
): Map<Value, readonly [to: BackendBuffer, from: BackendBuffer]> {
  const pairs = new Map<Value, readonly [to: BackendBuffer, from: BackendBuffer]>();
  for (const [i, value] of outputs.entries()) {
    const { storage } = value;
    if (storage === null || storage.current !== value || !writes.includes(storage)) continue;
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
export function placeLater(
  device: Device,
  {
    outputs,
    leaves,
    fresh,
  }: Readonly<Record<"outputs" | "leaves", readonly Value[]>> & { readonly fresh: readonly BackendBuffer[] },
  status: RunStatus,
  errorOf: (check: number) => Error,
  restored: ReadonlyMap<Value, unknown>,
): void {
  const before = new Set<Outcome>();
  for (const leaf of leaves) {
    const outcome = leaf.slot?.outcome;
    if (outcome && !outcome.clear) before.add(outcome);
  }
  const own = typeof status === "number" ? null : status.then((n) => (n < 0 ? null : errorOf(n)));
  const outcome = own === null && before.size === 0 ? null : new Outcome(own, [...before]);
  // What was restored is as good as it was; its next read is told, and no later one.
  const inherited = outcome !== null && restored.size > 0 ? new Outcome(null, [outcome]) : null;
  for (const [i, value] of outputs.entries()) device.place(value, fresh[i], restored.has(value) ? inherited : outcome);
}
