/** Ordinary loops compile in their first two iterations and never again; counted on the null backend. */
import { nullBackend } from "@cresset/core/backend";
import * as torch from "cresset";
import { beforeEach, expect, test } from "vitest";

const { nn, optim, data } = torch;

beforeEach(async () => {
  await torch.registerBackend(nullBackend());
  torch.setDefaultDevice("null");
});

const network = () => new nn.Sequential(new nn.Linear(20, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());

function countAfter(
  warm: number,
  total: number,
  step: (i: number) => void,
): { compilations: number; commands: number } {
  for (let i = 0; i < warm; i++) step(i);
  const { compilations, commands } = { ...torch.deviceStatistics("null") };
  for (let i = warm; i < total; i++) step(i);
  const after = torch.deviceStatistics("null");
  return {
    compilations: after.compilations - compilations,
    commands: (after.commands - commands) / (total - warm),
  };
}

test.each([
  ["reading the loss before backward", "before"],
  ["reading the loss after the step", "after"],
  ["reading nothing", "never"],
])("the binary classifier, %s", (_, when) => {
  const model = network();
  const lossFunc = new nn.BCELoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 });
  const { compilations, commands } = countAfter(2, 60, (i) => {
    const x = torch.tensor(new Float32Array(32 * 20).fill(i)).view([32, 20]);
    const y = torch.tensor(new Float32Array(32).fill(i % 2)).view([32, 1]);
    const loss = lossFunc(model(x), y);
    if (when === "before") loss.itemSync();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (when === "after") loss.itemSync();
  });
  expect(compilations).toBe(0);
  // Forward, loss, backward and Adam of all parameters, fused.
  expect(commands).toBeLessThanOrEqual(8);
});

test("batches: an epoch with a smaller last batch needs two structures", () => {
  const model = network();
  const lossFunc = new nn.BCELoss();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const table = new data.TensorDataset(torch.ones([100, 20]), torch.ones([100, 1]));
  const epoch = (shuffle: boolean): void => {
    for (const [x, y] of new data.DataLoader(table, { batchSize: 32, shuffle })) {
      const loss = lossFunc(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
  };
  for (const shuffle of [false, true]) expect(countAfter(2, 8, () => epoch(shuffle)).compilations).toBe(0);
});

test("slices whose start moves, scalars that change, learning rates that decay", () => {
  const x = torch.ones([1000, 20]);
  const model = new nn.Linear(20, 1);
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.1 });
  const { compilations } = countAfter(2, 40, (i) => {
    const batch = x.narrow(0, (i * 32) % 960, 32).mul(i);
    const loss = model(batch)
      .sub(i / 2)
      .pow(2)
      .mean()
      .add(i % 2);
    optimizer.zeroGrad();
    loss.backward();
    for (const group of optimizer.paramGroups) group.lr *= 0.9;
    optimizer.step();
    loss.itemSync();
  });
  expect(compilations).toBe(0);
});
