import { cpu } from "@cresset/backend-cpu";
import { manualSeed, randn, registerBackend, setDefaultDevice, type Tensor, tensor } from "@cresset/core";
import type { Backend } from "@cresset/core/backend";

const backend: Backend = cpu();
await registerBackend(backend);
setDefaultDevice("cpu");

const x: Tensor = tensor(
  [
    [1, 2],
    [3, 4],
  ],
  { requiresGrad: true },
);
const y: Tensor = x.mul(x).sum();
y.backward();
console.log(await y.item(), JSON.stringify(await x.grad?.tolist()));

manualSeed(0);
console.log(String(randn(3)));
