import { cpu } from "@cresset/backend-cpu";
import { manualSeed, rand, registerBackend, setDefaultDevice, type Tensor } from "@cresset/core";
import { DataLoader, TensorDataset } from "@cresset/data";
import { BCELoss, ELU, Linear, Sequential, Sigmoid } from "@cresset/nn";
import { Adam } from "@cresset/optim";

await registerBackend(cpu());
setDefaultDevice("cpu");
manualSeed(0);

const x: Tensor = rand(16, 3);
const y = rand(16, 1).round();
const model = new Sequential(new Linear(3, 100), new ELU(), new Linear(100, 1), new Sigmoid());
const lossFunc = new BCELoss();
const optimizer = new Adam(model.parameters(), { lr: 1e-3 });

const losses: number[] = [];
for (let i = 0; i < 5; i++) {
  const loss: Tensor = lossFunc(model(x), y);
  losses.push(Number(await loss.item()));
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}
console.log(losses.length, "losses, falling:", losses[4] < losses[0]);

let batches = 0;
for await (const [inputs, targets] of new DataLoader(new TensorDataset(x, y), { batchSize: 5 })) {
  console.log(JSON.stringify([inputs.shape, targets.shape]));
  batches += 1;
}
console.log(batches, "batches");
