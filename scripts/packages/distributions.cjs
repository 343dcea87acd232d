const { cpu } = require("@cresset/backend-cpu");
const { manualSeed, registerBackend, setDefaultDevice, tensor } = require("@cresset/core");
const { Categorical, Gamma, klDivergence, Normal, transforms } = require("@cresset/distributions");

async function main() {
  await registerBackend(cpu());
  setDefaultDevice("cpu");
  manualSeed(0);

  const loc = tensor([0, 1], { requiresGrad: true });
  const normal = new Normal(loc, 2);
  const sample = normal.rsample([3]);
  klDivergence(normal, new Normal(0, 1)).sum().backward();
  console.log(String(normal), JSON.stringify(sample.shape), JSON.stringify(await loc.grad?.tolist()));
  console.log(JSON.stringify((await new Gamma(tensor([2, 3]), 1).sampleAsync()).shape));
  console.log(String(new Categorical(tensor([0.5, 0.5]))), String(new transforms.ExpTransform().inv));
}

main();
