import { type WebGpuBackend, type WebGpuOptions, webgpu } from "@cresset/backend-webgpu";
import { BackendError, registerBackend, setDefaultDevice, type Tensor, tensor } from "@cresset/core";

const options: WebGpuOptions = { memoryLimit: 2 ** 30 };
const backend: WebGpuBackend = webgpu(options);

async function works(): Promise<boolean> {
  try {
    await registerBackend(backend);
  } catch (error) {
    if (error instanceof BackendError && error.message.startsWith("webgpu: ")) return true;
    throw error;
  }
  setDefaultDevice("webgpu");
  const device: GPUDevice = backend.device;
  const sum: Tensor = tensor([1, 2]).add(1);
  return String(await sum.tolist()) === "2,3" && device.limits.maxBufferSize > 0;
}

console.log("webgpu works, or says why it does not:", await works());
console.log("there without a device:", backend.name, backend.dtypes.has("float64"));
