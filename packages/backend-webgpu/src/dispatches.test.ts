/** How many dispatches a training step is: what a GPU waits for, where networks are small. */
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

const { nn, optim } = torch;
type Tensor = torch.Tensor;

const backend = webgpu();

beforeAll(async () => {
  useSoftwareDriver();
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
});

interface Network {
  readonly model: { parameters(): torch.nn.Parameter[] };
  /** The loss of a batch that stays the same. */
  loss(): Tensor;
}

function cnn(): Network {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(4, 8, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(32, 10),
  );
  const [x, y] = [torch.randn([8, 1, 8, 8]), torch.randint(0, 10, [8])];
  const lossFunc = new nn.CrossEntropyLoss();
  return { model, loss: () => lossFunc(model(x), y) };
}

function transformer(): Network {
  const model = new nn.TransformerEncoderLayer(16, 2, 32, { dropout: 0, batchFirst: true });
  const [x, y] = [torch.randn([4, 6, 16]), torch.randn([4, 6, 16])];
  const lossFunc = new nn.MSELoss();
  return { model, loss: () => lossFunc(model(x), y) };
}

function lstm(): Network {
  const model = new nn.LSTM(4, 8, { batchFirst: true });
  const [x, y] = [torch.randn([4, 6, 4]), torch.randn([4, 6, 8])];
  const lossFunc = new nn.MSELoss();
  return { model, loss: () => lossFunc(model(x)[0], y) };
}

// Of the LSTM six steps, each of them four dispatches there and back.
test.each([
  ["a CNN with two convolutions and a batch norm", cnn, 30],
  ["a transformer's layer", transformer, 33],
  ["an LSTM of six steps", lstm, 47],
])("a training step of %s", { timeout: 120_000 }, async (name, make, most) => {
  torch.manualSeed(1);
  const { model, loss: lossOf } = make();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const step = async (): Promise<void> => {
    const loss = lossOf();
    await loss.item();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  // Parameters are read to wait for the last update. Of the two sums that are read, one is counted.
  const settled = (): Promise<unknown> => model.parameters()[0].sum().item();
  for (let i = 0; i < 3; i++) await step();
  await settled();
  const before = backend.info();
  for (let i = 0; i < 4; i++) await step();
  await settled();
  const after = backend.info();
  const dispatches = (Number(after.dispatches) - Number(before.dispatches) - 1) / 4;
  console.log(`${dispatches} dispatches in a step of ${name}`);
  expect(dispatches).toBeLessThanOrEqual(most);
  expect(after.buffersCreated).toBe(before.buffersCreated);
  expect(after.kernels).toBe(before.kernels);
});
