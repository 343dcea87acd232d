import { webgpu } from "@cresset/backend-webgpu";
import { BackendError, registerBackend, setDefaultDevice, tensor } from "@cresset/core";

/** Nobody has installed the package "webgpu" here, and most machines that check this have no GPU: then the error says what to do. */
async function works() {
  try {
    await registerBackend(webgpu({ powerPreference: "high-performance" }));
  } catch (error) {
    const advice =
      /^webgpu: (Node .*npm install webgpu|there is no adapter|this environment has no WebGPU|the adapter gives no device)/;
    if (error instanceof BackendError && advice.test(error.message)) return true;
    throw error;
  }
  setDefaultDevice("webgpu");
  return String(await tensor([1, 2]).add(1).tolist()) === "2,3";
}

console.log("webgpu works, or says why it does not:", await works());
console.log("there without a device:", webgpu().name, webgpu().dtypes.has("float64"));
