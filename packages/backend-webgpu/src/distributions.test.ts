/** Samples of torch.distributions are drawn by the host, so they are the same on a device; what needs their parameters waits. */
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

const D = torch.distributions;

beforeAll(async () => {
  useSoftwareDriver();
  await torch.registerBackend(webgpu());
});

type Make = (leaf: (values: number[]) => torch.Tensor) => torch.distributions.Distribution;

/** Samples, log probabilities and the gradients of both on a device. */
async function seen(device: string, make: Make): Promise<readonly unknown[]> {
  torch.setDefaultDevice(device);
  const leaves: torch.Tensor[] = [];
  const dist = make((values) => {
    const leaf = torch.tensor(values, { requiresGrad: true });
    leaves.push(leaf);
    return leaf;
  });
  torch.manualSeed(0);
  const sample = dist.hasRsample ? await dist.rsampleAsync([2]) : await dist.sampleAsync([2]);
  const logProb = dist.logProb(sample.detach());
  const total = dist.hasRsample ? logProb.sum().add(sample.sum()) : logProb.sum();
  const gradients = torch.autograd.grad(total, leaves, { allowUnused: true });
  const numbers: unknown[] = [];
  for (const each of [sample, logProb, ...gradients]) numbers.push(await each?.detach().reshape(-1).tolist());
  return numbers;
}

test.each<readonly [string, Make]>([
  ["Normal", (leaf) => new D.Normal(leaf([0.5, -1]), leaf([1, 2]))],
  ["Laplace", (leaf) => new D.Laplace(leaf([0.5, -1]), leaf([1, 2]))],
  ["Categorical", (leaf) => new D.Categorical({ logits: leaf([0.5, -1, 0]) })],
  ["Bernoulli", (leaf) => new D.Bernoulli(leaf([0.5, 0.9]))],
  ["Gamma", (leaf) => new D.Gamma(leaf([0.5, 3]), leaf([1, 2]))],
  ["Dirichlet", (leaf) => new D.Dirichlet(leaf([0.5, 3, 1]))],
  ["Poisson", (leaf) => new D.Poisson(leaf([2, 30]))],
  ["Binomial", (leaf) => new D.Binomial(20, leaf([0.2, 0.7]))],
  ["VonMises", (leaf) => new D.VonMises(leaf([0.2, 0.7]), leaf([1, 5]))],
  [
    "MixtureSameFamily",
    (leaf) => new D.MixtureSameFamily(new D.Categorical(leaf([1, 3])), new D.Normal(leaf([0.5, -1]), leaf([1, 2]))),
  ],
])("%s", async (_, make) => {
  const near = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(near) : typeof value === "number" ? expect.closeTo(value, 4) : value;
  expect(await seen("webgpu", make)).toEqual((await seen("cpu", make)).map(near));
});

test("what has to know values says that it must be awaited", () => {
  torch.setDefaultDevice("webgpu");
  expect(() => new D.Gamma(torch.tensor([1]), 2).sample()).toThrow(torch.DeviceError);
});

test("a check of parameters is thrown by the read of what it spoiled", async () => {
  torch.setDefaultDevice("webgpu");
  const normal = new D.Normal(0, torch.tensor([-1]));
  await expect(normal.sample().tolist()).rejects.toThrow(/to satisfy the constraint GreaterThan\(lower_bound=0.0\)/);
});
