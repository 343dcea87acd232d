const { wasm } = require("@cresset/backend-wasm/lean");
const { manualSeed, rand, registerBackendSync, round } = require("@cresset/core/functions");
const { BCELoss, ELU, Linear, Sequential, Sigmoid } = require("@cresset/nn");
const { Adam } = require("@cresset/optim");

async function main() {
  registerBackendSync(wasm());
  manualSeed(0);

  const x = rand(16, 3);
  const y = round(rand(16, 1));
  const model = new Sequential(new Linear(3, 100), new ELU(), new Linear(100, 1), new Sigmoid());
  const lossFunc = new BCELoss();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });

  const losses = [];
  for (let i = 0; i < 5; i++) {
    const loss = lossFunc(model(x), y);
    losses.push(await loss.item());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  console.log(losses.length, "losses, falling:", losses[4] < losses[0]);
  console.log(x.add);
}

main();
