import { cpu } from "@cresset/backend-cpu";
import { manualSeed, randn, registerBackend, setDefaultDevice, tensor } from "@cresset/core";

await registerBackend(cpu());
setDefaultDevice("cpu");

const x = tensor(
  [
    [1, 2],
    [3, 4],
  ],
  { requiresGrad: true },
);
const y = x.mul(x).sum();
y.backward();
console.log(await y.item(), JSON.stringify(await x.grad?.tolist()));

manualSeed(0);
console.log(String(randn(3)));
