import { cpu } from "@cresset/backend-cpu";
import { manualSeed, registerBackend, setDefaultDevice, type Tensor, tensor } from "@cresset/core";
import { Categorical, type Distribution, Gamma, klDivergence, Normal, transforms } from "@cresset/distributions";

await registerBackend(cpu());
setDefaultDevice("cpu");
manualSeed(0);

const loc = tensor([0, 1], { requiresGrad: true });
const normal: Distribution = new Normal(loc, 2);
const sample: Tensor = normal.rsample([3]);
klDivergence(normal, new Normal(0, 1)).sum().backward();
console.log(String(normal), JSON.stringify(sample.shape), JSON.stringify(await loc.grad?.tolist()));
console.log(JSON.stringify((await new Gamma(tensor([2, 3]), 1).sampleAsync()).shape));
console.log(String(new Categorical(tensor([0.5, 0.5]))), String(new transforms.ExpTransform().inv));
