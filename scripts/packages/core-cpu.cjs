const { cpu } = require("@cresset/backend-cpu");
const { manualSeed, randn, registerBackend, setDefaultDevice, tensor } = require("@cresset/core");

async function main() {
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
}

main();
