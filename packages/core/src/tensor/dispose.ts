import type { Value } from "../graph/node.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Gives back the memory of a tensor's storage now instead of when the garbage collector finds it; never needed, but
 * sometimes polite. Reading the tensor, a view of it, or a pending result that needs it throws `StaleValueError`.
 *
 * @example
 * {
 *   using x = torch.randn([1000, 1000]);
 *   console.log(await x.mean().item());
 * } // x is gone
 */
export function dispose(tensor: Tensor): void {
  const { storage } = tensor;
  for (const value of [tensor.value, storage.current, storage.committed, storage.previous])
    if (value !== null) drop(value);
  storage.previous = null;
  storage.current.device.dirty.delete(storage);
}

function drop(value: Value): void {
  const buffer = value.device.unplace(value);
  if (buffer !== null) value.device.free(buffer, value.type.bytes);
  value.stale = true;
  value.node = null;
}
