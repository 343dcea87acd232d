/** However many threads share a program, every value has the same bits. */
import { wasm } from "@cresset/backend-wasm";
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";

const { nn, optim } = torch;
const devices = ["one", "two", "three"] as const;

beforeAll(async () => {
  for (const [i, name] of devices.entries())
    await torch.registerBackend({ ...wasm({ threads: i + 1, share: "all" }), name });
});

type Values = Awaited<ReturnType<torch.Tensor["data"]>>[];

/** What `program` computes on each device, from the same seed. */
async function onAll(program: () => torch.Tensor[] | Promise<torch.Tensor[]>): Promise<Values[]> {
  const all: Values[] = [];
  for (const device of devices) {
    torch.setDefaultDevice(device);
    torch.manualSeed(0);
    const results = await program();
    all.push(await Promise.all(results.map((x) => x.data())));
  }
  return all;
}

function expectEqual([first, ...others]: Values[]): void {
  for (const other of others) expect(other).toEqual(first);
}

test.each([
  [64, 64, 64],
  [1, 300, 50],
  [300, 1, 50],
  [50, 300, 1],
  [7, 1000, 5],
  [130, 70, 90],
])("matrix products [%i, %i] · [_, %i], also transposed and batched", async (m, k, n) => {
  const all = await onAll(() => {
    const [a, b] = [torch.randn(m, k), torch.randn(k, n)];
    const batches = torch.randn(5, m, k);
    return [
      a.matmul(b),
      a.t().contiguous().t().matmul(b),
      a.matmul(b.t().contiguous().t()).add(1).relu(),
      batches.matmul(b),
      torch.bmm(batches, torch.randn(5, k, n)).sum(0),
    ];
  });
  expectEqual(all);
});

test("rows, columns, scans, sorts and scatters", async () => {
  const all = await onAll(() => {
    const x = torch.randn(37, 129);
    const index = torch.randint(0, 37, [200]);
    return [
      x.softmax(1),
      x.softmax(0),
      x.sum(0),
      x.sum(1),
      x.sum(),
      x.max(0)[0],
      x.argmin(1),
      x.cumsum(0),
      x.cumsum(1),
      x.sort(1)[1],
      (x.index(index) as torch.Tensor).exp(),
      torch.zeros(37, 129).indexAdd(0, index, torch.randn(200, 129)),
      x.t().contiguous().flip(0),
    ];
  });
  expectEqual(all);
});

test("the training of a network with convolutions, normalisation and attention", async () => {
  const all = await onAll(() => {
    const features = new nn.Sequential(
      new nn.Conv2d(2, 6, 3, 1, 1),
      new nn.BatchNorm2d(6),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
    );
    const block = new nn.TransformerEncoderLayer(24, 4, 32, 0, { batchFirst: true });
    const head = new nn.Linear(24, 3);
    const parameters = [features, block, head].flatMap((module) => [...module.parameters()]);
    const optimizer = new optim.Adam(parameters, { lr: 1e-2 });
    const [x, y] = [torch.randn(4, 2, 8, 8), torch.randint(0, 3, [4])];
    const losses: torch.Tensor[] = [];
    for (let i = 0; i < 4; i++) {
      const tokens = features(x).view(4, 4, 24);
      const loss = nn.functional.crossEntropy(head(block(tokens).mean(1)), y);
      losses.push(loss.detach());
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    return [...losses, ...parameters];
  });
  expect(all[0].length).toBeGreaterThan(10);
  expectEqual(all);
});

test("the training of the binary classifier", async () => {
  const all = await onAll(() => {
    const [x, y] = [torch.randn(1000, 20), torch.rand(1000, 1).round()];
    const model = new nn.Sequential(new nn.Linear(20, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const losses: torch.Tensor[] = [];
    for (let i = 0; i < 10; i++) {
      const loss = new nn.BCELoss()(model(x), y);
      losses.push(loss.detach());
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    return [...losses, ...model.parameters()];
  });
  expectEqual(all);
});
