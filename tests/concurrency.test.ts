/** Loops that await in turn on one backend never see each other's graph. */
import * as torch from "cresset";
import { expect, test } from "vitest";

const { nn, optim } = torch;

/** Random numbers are drawn before the first await, so that the loops do not share them. */
function training(seed: number): () => Promise<number[]> {
  torch.manualSeed(seed);
  const x = torch.randn([32, 6]);
  const y = x.sum(1, true).gt(0).to("float32");
  const model = new nn.Sequential(new nn.Linear(6, 16), new nn.Tanh(), new nn.Linear(16, 1));
  const lossFunc = new nn.BCEWithLogitsLoss();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
  return async () => {
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) {
      const loss = lossFunc(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      // Awaits between backward and step: the other loop steps meanwhile.
      if (i % 3 === seed % 3) await Promise.resolve();
      optimizer.step();
      losses.push(await loss.item());
    }
    return losses;
  };
}

test("three trainings at once give what each gives alone", async () => {
  const alone: number[][] = [];
  for (const seed of [0, 1, 2]) alone.push(await training(seed)());
  const together = [0, 1, 2].map((seed) => training(seed));
  expect(await Promise.all(together.map((run) => run()))).toEqual(alone);
});
