import { BackendError } from "@cresset/core/backend";
import type { Placed, WebGpuBuffer } from "./buffer.ts";

/** Fills a buffer. Into the heap it cannot fail; elsewhere there may be no memory for the buffer, or for the copy on its way. */
export function upload(
  device: GPUDevice,
  buffer: WebGpuBuffer,
  { buffer: target, offset }: Placed,
  source: ArrayBufferView<ArrayBuffer>,
): void {
  if (buffer.own === null) {
    device.queue.writeBuffer(target, offset, source);
    return;
  }
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  device.queue.writeBuffer(target, offset, source);
  const scopes = [device.popErrorScope(), device.popErrorScope()];
  const told = Promise.all(scopes).then(
    ([memory, validation]) => {
      const error = memory ?? validation;
      if (error !== null)
        buffer.failed ??= new BackendError(`webgpu: a value of ${buffer.bytes} bytes did not arrive: ${error.message}`);
      if (buffer.arriving === told) buffer.arriving = null;
    },
    () => undefined,
  );
  buffer.arriving = told;
}
