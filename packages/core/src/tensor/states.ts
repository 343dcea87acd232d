import { ShapeError } from "../errors.ts";
import { listOf } from "../graph/lists.ts";
import type { Value } from "../graph/node.ts";
import { sameShape } from "../graph/type.ts";
import { commit } from "../runtime/commit.ts";
import type { Device } from "../runtime/device.ts";
import { mode, noGrad } from "../runtime/mode.ts";
import type { Storage } from "../runtime/storage.ts";
import { tensorOf } from "./call.ts";
import { assign, owned } from "./inplace.ts";
import type { Tensor } from "./tensor.ts";

/** A new value for a tensor that lives from step to step: a parameter, a momentum, a running statistic. */
export interface StateUpdate {
  readonly tensor: Tensor;
  /** Of the tensor's shape and dtype; must be a fresh result (of `callStates`), used for this update only. */
  readonly value: Value;
}

/**
 * Writes new values into tensors, as in-place writes under `noGrad`, and computes them at once, together with what
 * depends on the old values. If it throws, no tensor has changed.
 *
 * @throws ShapeError if a value does not have its tensor's shape and dtype.
 */
export function commitStates(updates: readonly StateUpdate[]): void {
  const byDevice = new Map<Device, Storage[]>();
  let latest: Device | undefined;
  let storages: Storage[] = [];
  for (const { tensor, value } of updates) {
    const { type } = value;
    if (tensor.value.type === type) continue;
    if (!sameShape(tensor.shape, type.shape) || tensor.dtype !== type.dtype)
      throw new ShapeError(
        `a state of ${tensor.dtype}[${tensor.shape.join(", ")}] cannot become ${type.dtype}[${type.shape.join(", ")}]`,
      );
  }
  for (const { tensor, value } of updates) {
    const { storage } = tensor;
    const { device } = value;
    storage.persistent = true;
    if (tensor.region === null) {
      storage.write(value);
      tensor.value = value;
      tensor.seen = storage.version;
      device.dirty.add(storage);
    } else {
      // A parameter that is a view of its storage is written through the view.
      noGrad(() => assign(tensor, tensorOf(value), "a step", owned));
    }
    if (device !== latest) {
      latest = device;
      storages = listOf(byDevice, device);
    }
    storages.push(storage);
  }
  if (mode.tracing === null) for (const [device, written] of byDevice) commit(device, written);
}
