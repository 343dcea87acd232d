import { wasm } from "@cresset/backend-wasm/lean";
import { manualSeed, rand, registerBackendSync, round } from "@cresset/core/functions";
import { BCELoss, ELU, Linear, Sequential, Sigmoid } from "@cresset/nn";
import { Adam } from "@cresset/optim";

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
