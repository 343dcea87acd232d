/** Random numbers whose count depends on values: the host draws them when these have arrived, in the order of the calls. */
import * as torch from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

const { nn, optim } = torch;
const F = nn.functional;

beforeAll(async () => {
  useSoftwareDriver();
  await torch.registerBackend(webgpu());
});

/** What `fn` gives on a device after the same seed, and the next number of the stream. */
async function seeded(device: string, fn: () => Promise<unknown>): Promise<readonly unknown[]> {
  torch.setDefaultDevice(device);
  torch.manualSeed(7);
  const found = await fn();
  return [found, await torch.rand([1], { device: "cpu" }).item()];
}

const near = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(near) : typeof value === "number" ? expect.closeTo(value, 4) : value;

async function sameOnBoth(fn: () => Promise<unknown>): Promise<void> {
  const [found, next] = await seeded("cpu", fn);
  expect(await seeded("webgpu", fn)).toEqual([near(found), next]);
}

describe("rrelu in training", () => {
  test("draws as many numbers as there are negative values, also of computed ones", async () => {
    await sameOnBoth(async () => {
      const x = torch.linspace(-3, 2, 11).requiresGrad_();
      const y = F.rrelu(x.mul(x).sub(2), { training: true });
      y.sum().backward();
      return [await y.tolist(), await x.grad?.tolist()];
    });
  });

  test("whatever is drawn after it comes after it, in layers, noise and dropout, step by step", async () => {
    await sameOnBoth(async () => {
      const model = new nn.Sequential(
        new nn.Linear(4, 8),
        new nn.RReLU(),
        new nn.Dropout(0.3),
        new nn.Linear(8, 8),
        new nn.RReLU(0.2, 0.6),
        new nn.Linear(8, 1),
      );
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
      const x = torch.linspace(-1, 1, 24).reshape(6, 4);
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) {
        const y = model(x.add(torch.randn([6, 4]).mul(0.1)));
        const loss = y
          .sub(torch.randn([6, 1]))
          .square()
          .mean();
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        losses.push(await loss.item());
      }
      return losses;
    });
  });

  test("in a checkpoint the second call draws what the first has drawn", async () => {
    await sameOnBoth(async () => {
      const x = torch.linspace(-2, 1, 9).requiresGrad_();
      const before = F.rrelu(x, { training: true });
      const h = torch.utils.checkpoint.checkpoint(
        (t: torch.Tensor) => F.dropout(F.rrelu(t, 0.1, 0.9, true), 0.5),
        before,
      );
      h.sum().backward();
      return [await h.tolist(), await x.grad?.tolist(), await torch.rand([2]).tolist()];
    });
  });

  test("another seed leaves it with the old stream", async () => {
    await sameOnBoth(async () => {
      const y = F.rrelu(torch.linspace(-1, 0, 5), { training: true });
      torch.manualSeed(3);
      return [await torch.rand([2]).tolist(), await y.tolist()];
    });
  });
});

test("the host draws once the count is known, and says what to await until then", async () => {
  torch.setDefaultDevice("webgpu");
  const generator = torch.manualSeed(1);
  const y = F.rrelu(torch.linspace(-1, 1, 8), { training: true });
  const message = "await settled() of the generator";
  expect(() => torch.rand([2], { device: "cpu" })).toThrow(message);
  expect(() => generator.random()).toThrow(message);
  expect(() => generator.standardNormal()).toThrow(message);
  expect(generator.initialSeed()).toBe(1n);
  expect(() => torch.getRngState()).toThrow(message);
  expect(() => torch.rand([2]).uniform_(1, 0)).toThrow("uniform_ expects to return a [from, to) range");
  await generator.settled();
  const next = await torch.rand([2], { device: "cpu" }).tolist();
  torch.manualSeed(1);
  await expect(y.tolist()).resolves.toEqual(
    ((await F.rrelu(torch.linspace(-1, 1, 8, { device: "cpu" }), { training: true }).tolist()) as number[]).map(near),
  );
  torch.rand([2], { device: "cpu" });
  expect(await torch.rand([2], { device: "cpu" }).tolist()).toEqual(next);
});

test("values that are wrong draw nothing, and what is made of them throws why", async () => {
  torch.setDefaultDevice("webgpu");
  const generator = torch.manualSeed(1);
  const rows = F.embedding(torch.tensor([5n]).add(0), torch.ones([2, 3]));
  const y = F.rrelu(rows, { training: true });
  const after = torch.rand([2]);
  await expect(y.sum().item()).rejects.toThrow("index out of range");
  const values = await after.tolist();
  torch.manualSeed(1);
  expect(values).toEqual(await torch.rand([2], { device: "cpu" }).tolist());
  expect(generator.waiting).toBe(null);
});
