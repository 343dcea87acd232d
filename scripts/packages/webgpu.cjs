const { webgpu } = require("@cresset/backend-webgpu");
const { BackendError, registerBackend, setDefaultDevice, tensor } = require("@cresset/core");

async function works() {
  try {
    await registerBackend(webgpu());
  } catch (error) {
    // The same class as that of whoever imports the package as a module.
    if (error instanceof BackendError && error.message.startsWith("webgpu: ")) return true;
    throw error;
  }
  setDefaultDevice("webgpu");
  return String(await tensor([1, 2]).add(1).tolist()) === "2,3";
}

works().then((result) => {
  console.log("webgpu works, or says why it does not:", result);
  console.log("there without a device:", webgpu().name, webgpu().dtypes.has("float64"));
});
