import { manualSeed, rand, round } from "@cresset/core/functions";
import { BCELoss, ELU, Linear, Sequential, Sigmoid } from "@cresset/nn";
import { Adam } from "@cresset/optim";

/** The binary classifier's training on the default device: its losses, each before the step that it asks for. */
export async function* losses(): AsyncGenerator<number, never> {
  manualSeed(0);
  const x = rand(32, 20);
  const y = round(rand(32, 1));
  const model = new Sequential(new Linear(20, 100), new ELU(), new Linear(100, 1), new Sigmoid());
  const lossFunc = new BCELoss();
  const optimizer = new Adam(model.parameters(), { lr: 1e-4 });
  while (true) {
    const loss = lossFunc(model(x), y);
    yield await loss.item();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
}
