/** Values shared with other code that uses the same device. */
import type { BackendBuffer } from "../backend/backend.ts";
import type { DType } from "../dtype/dtype.ts";
import { ShapeError } from "../errors.ts";
import { Value } from "../graph/node.ts";
import { tensorType } from "../graph/type.ts";
import { realize } from "../runtime/commit.ts";
import { deviceNamed } from "../runtime/device.ts";
import { tensorOf } from "./call.ts";
import type { Tensor } from "./tensor.ts";

/** The buffer that holds a tensor's elements in row-major order on its device; computes them if they are pending. */
export function deviceBuffer(tensor: Tensor): BackendBuffer {
  const value = tensor.current();
  realize(value);
  return value.device.bufferOf(value);
}

/**
 * A tensor over a buffer of a registered device, without a copy. The device's backend owns the buffer from now on.
 *
 * @throws ShapeError if the buffer has another number of elements; DeviceError if the device is not registered.
 */
export function fromDeviceBuffer(
  buffer: BackendBuffer & { readonly dtype: DType },
  shape: readonly number[],
  deviceName: string,
): Tensor {
  const device = deviceNamed(deviceName);
  const type = tensorType(buffer.dtype, shape);
  if (type.numel !== buffer.length)
    throw new ShapeError(`a buffer of ${buffer.length} elements cannot hold a tensor of shape [${shape.join(", ")}]`);
  const value = new Value(type, device, null, 0);
  device.place(value, buffer);
  return tensorOf(value);
}
