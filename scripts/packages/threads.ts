import { wasm } from "@cresset/backend-wasm";
import { deviceInfo, manualSeed, randn, registerBackend, setDefaultDevice } from "@cresset/core";

/** The sum of a product that both threads take part in, to the last bit. */
async function product(): Promise<number> {
  manualSeed(0);
  return await randn(300, 300).matmul(randn(300, 300)).tanh().sum().item();
}

await registerBackend(wasm({ threads: 1 }));
setDefaultDevice("wasm");
const alone = await product();

// With "all" the workers have started before anything runs.
await registerBackend(wasm({ threads: 2, share: "all" }));
setDefaultDevice("wasm");
console.log(deviceInfo().threads, "threads, same bits:", (await product()) === alone);
// Nothing stops the workers: the process ends all the same.
