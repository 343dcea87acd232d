import { type DType, isDType } from "../dtype/dtype.ts";
import { AutogradError, DeviceError } from "../errors.ts";
import { listOf } from "../graph/lists.ts";
import { Value } from "../graph/node.ts";
import { tensorType } from "../graph/type.ts";
import { toDtype } from "../ops/shape/convert.ts";
import { type Device, deviceNamed } from "../runtime/device.ts";
import { Slot } from "../runtime/slot.ts";
import type { Storage } from "../runtime/storage.ts";
import { tensorOf } from "./call.ts";
import { data } from "./reading.ts";
import { Tensor } from "./tensor.ts";

/** Finds the tensors that go wherever another one goes. */
type Companions = () => Iterable<Tensor>;

const companions = new WeakMap<Tensor, Companions[]>();

/** Makes the tensors that `find` gives move whenever `owner` does: an optimizer's state follows its parameter. */
export function registerCompanions(owner: Tensor, find: Companions): void {
  listOf(companions, owner).push(find);
}

/** A tensor whose dtype and device are meant, or their names. */
export interface Target {
  readonly dtype?: DType | undefined;
  readonly device?: string | undefined;
}

/** `to(dtype)` at once; `to(device)` and `to(other)` when the values have arrived. */
export function to(input: Tensor, dtype: DType | { readonly dtype: DType; readonly device?: undefined }): Tensor;
export function to(input: Tensor, target: string | Target): Promise<Tensor>;
export function to(input: Tensor, target: string | Target): Tensor | Promise<Tensor> {
  if (typeof target === "string") return isDType(target) ? toDtype(input, target) : copyTo(input, targeted(target));
  const { dtype, device } = target;
  const converted = dtype ? toDtype(input, dtype) : input;
  return device ? copyTo(converted, deviceNamed(device)) : converted;
}

/** The device of a name that could have been a dtype's. @throws DeviceError for neither, at once: who awaits a dtype? */
const targeted = (name: string): Device => deviceNamed(name, "dtype or device");

/**
 * A copy of a tensor on another device; the tensor itself if it is there already. A leaf that requires grad gives a leaf
 * that requires grad.
 *
 * @throws AutogradError for a recorded result: derivatives do not cross devices.
 */
async function copyTo(input: Tensor, device: Device): Promise<Tensor> {
  device.requireDtype(input.dtype);
  if (input.current().device === device) return input;
  if (input.edge?.recording)
    throw new AutogradError(
      `to("${device.name}"): the tensor is the result of ${input.gradFn?.name}, and derivatives do not cross devices. Move inputs and parameters before computing, or detach() it first.`,
    );
  const value = new Value(tensorType(input.dtype, input.shape), device, null, 0);
  const array = await data(input);
  value.slot = new Slot(null, array, value.type.bytes);
  const moved = tensorOf(value);
  return input.edge === null ? moved : moved.requiresGrad_();
}

/**
 * Moves tensors in place, each with its gradient and companions: every view of their storages is on the new device
 * afterwards. Nothing moves if anything fails.
 *
 * @throws DeviceError if one of them was written while its values were on their way.
 */
export function moveTensors(tensors: Iterable<Tensor>, name: string): Promise<void> {
  return moveAll(tensors, targeted(name));
}

async function moveAll(tensors: Iterable<Tensor>, device: Device): Promise<void> {
  const storages = new Map<Storage, number>();
  const visit = (tensor: Tensor): void => {
    if (storages.has(tensor.storage)) return;
    device.requireDtype(tensor.dtype);
    storages.set(tensor.storage, tensor.storage.version);
    if (tensor.grad !== null) visit(tensor.grad);
    for (const find of companions.get(tensor) ?? []) for (const companion of find()) visit(companion);
  };
  for (const tensor of tensors) visit(tensor);
  const moves: [Storage, Value][] = [];
  for (const [storage] of storages) {
    const base = storage.current;
    if (base.device === device) continue;
    const value = new Value(base.type, device, null, 0);
    const array = await data(new Tensor(storage, null, base, null, { edge: null }));
    value.slot = new Slot(null, array, base.type.bytes);
    moves.push([storage, value]);
  }
  for (const [storage, version] of storages) {
    if (storage.version !== version)
      throw new DeviceError(
        `a tensor changed while it was moved to "${device.name}": await the move before training on. Nothing was moved.`,
      );
  }
  for (const [storage, value] of moves) {
    storage.write(value);
    storage.committed = value;
    storage.previous = null;
  }
}
