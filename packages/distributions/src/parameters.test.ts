/** A distribution has what it was made of, not a copy, also where that is still to be computed. The numbers are PyTorch 1.13's. */
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import * as torch from "@cresset/core";
import { SGD } from "@cresset/optim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as D from "./index.ts";

beforeAll(async () => {
  await torch.registerBackend(cpu());
  await torch.registerBackend(wasm());
  // As a device that is read asynchronously.
  const later = Object.assign(Object.create(Object.getPrototypeOf(cpu())), cpu(), {
    name: "later",
    readSync: undefined,
  });
  await torch.registerBackend(later);
});
afterAll(() => torch.setDefaultDevice("cpu"));

const t = torch.tensor;
const near = (list: readonly number[]) => list.map((each) => expect.closeTo(each, 4));

/** Of the two parameters of a loop: zeros, and ones. */
type Make = (zeros: torch.Tensor, ones: torch.Tensor) => D.Distribution;

const made: readonly (readonly [string, Make, readonly number[]])[] = [
  ["Normal", (a, b) => new D.Normal(a, b), [1.04144, 0.99834, 0.9515]],
  ["Laplace", (a, b) => new D.Laplace(a, b), [1.14315, 1.07445, 0.99872]],
  ["LogNormal", (a, b) => new D.LogNormal(a, b), [0.55221, 0.46421, 0.39832]],
  ["Gumbel", (a, b) => new D.Gumbel(a, b), [1.10124, 1.05937, 1.01368]],
  ["HalfNormal", (_, b) => new D.HalfNormal(b), [0.34829, 0.31778, 0.28562]],
  ["Exponential", (_, b) => new D.Exponential(b), [0.45, 0.43329, 0.41814]],
  ["Gamma", (_, b) => new D.Gamma(b, b), [0.45, 0.44385, 0.43808]],
  ["StudentT", (a, b) => new D.StudentT(3, a, b), [1.1546, 1.10942, 1.06061]],
  ["Uniform", (a, b) => new D.Uniform(a, b), [0, -0.10536, -0.23713]],
  ["Independent", (a, b) => new D.Independent(new D.Normal(a, b), 1), [2.08288, 1.90685, 1.69707]],
  ["MultivariateNormal", (a) => new D.MultivariateNormal(a, { scaleTril: torch.eye(2) }), [2.08288, 2.0368, 1.99948]],
  [
    "LowRankMultivariateNormal",
    (a) => new D.LowRankMultivariateNormal(a, torch.ones([2, 1]), torch.ones(2)),
    [2.49718, 2.48516, 2.47487],
  ],
];

describe.each(["cpu", "wasm"])("on %s", (device) => {
  beforeAll(() => torch.setDefaultDevice(device));

  test.each(made)("the steps of an optimizer are seen: %s", (_, make, losses) => {
    const parameters = [torch.zeros(2, { requiresGrad: true }), torch.ones(2, { requiresGrad: true })] as const;
    const distribution = make(...parameters);
    const optimizer = new SGD(parameters, { lr: 0.1 });
    const x = t([
      [0.3, 0.6],
      [0.2, 0.7],
    ]);
    const seen = losses.map(() => {
      const loss = distribution.logProb(x).mean().neg();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.itemSync();
    });
    expect(seen).toEqual(near(losses));
  });

  test("so are those of a factor, and of logits", () => {
    const factor = torch.eye(2, { requiresGrad: true });
    const normal = new D.MultivariateNormal(torch.zeros(2), { scaleTril: factor });
    const logits = torch.zeros(2, { requiresGrad: true });
    const bernoulli = new D.Bernoulli({ logits });
    const optimizer = new SGD([factor, logits], { lr: 0.1 });
    const x = t([0.3, 0.6]);
    const flags = t([
      [1, 0],
      [1, 1],
    ]);
    const seen = [0, 1, 2].map(() => {
      const losses = [normal.logProb(x).neg(), bernoulli.logProb(flags).mean().neg()] as const;
      optimizer.zeroGrad();
      losses[0].add(losses[1]).backward();
      optimizer.step();
      return losses.map((loss) => loss.itemSync());
    });
    expect(seen.map(([, loss]) => loss)).toEqual(near([Math.LN2, 0.68694, 0.68088]));
    expect(seen.map(([loss]) => loss)).toEqual(near([2.06288, 1.9322, 1.78454]));
  });

  test("what is written in place is seen, from both sides", () => {
    const loc = torch.zeros(2);
    const normal = new D.Normal(loc, torch.ones(2));
    loc.add_(7);
    expect(normal.loc.tolistSync()).toEqual([7, 7]);
    normal.mean.mul_(2);
    expect(loc.tolistSync()).toEqual([14, 14]);
    expect(normal.expand([3, 2]).loc.index(2).tolistSync()).toEqual([14, 14]);
  });

  test("a parameter stays a leaf, with its gradient", () => {
    const loc = torch.zeros(2, { requiresGrad: true });
    const normal = new D.Normal(loc, torch.ones(2));
    normal
      .logProb(t([1, 2]))
      .sum()
      .backward();
    expect([normal.loc.isLeaf, normal.loc.gradFn]).toEqual([true, null]);
    expect(normal.loc.grad).toBe(loc.grad);
    expect(normal.loc.grad?.tolistSync()).toEqual([1, 2]);
    expect(() => normal.loc.add_(1)).toThrow("a leaf Variable that requires grad");
  });

  test("what a derivative needs must not have been written since", () => {
    const scale = torch.ones(2, { requiresGrad: true });
    const logProb = new D.Normal(0, scale).logProb(t([1, 2])).sum();
    torch.noGrad(() => scale.add_(1));
    expect(() => logProb.backward()).toThrow("modified by an inplace operation");
  });

  test("what is computed of a parameter is computed once", () => {
    const logits = torch.zeros(2);
    const bernoulli = new D.Bernoulli({ logits });
    expect(bernoulli.probs.tolistSync()).toEqual([0.5, 0.5]);
    logits.add_(1);
    expect(bernoulli.logits.tolistSync()).toEqual([1, 1]);
    expect(bernoulli.probs.tolistSync()).toEqual([0.5, 0.5]);
  });

  test("a mixture samples from its components as they are", () => {
    const loc = torch.zeros(2);
    const mixture = new D.MixtureSameFamily(new D.Categorical(torch.ones(2)), new D.Normal(loc, torch.full([2], 1e-3)));
    loc.fill_(5);
    expect(mixture.sample().itemSync()).toBeCloseTo(5, 1);
    expect(mixture.mean.itemSync()).toBe(5);
  });

  test.each<readonly [string, (normal: D.Normal) => torch.Tensor]>([
    ["loc and scale", (normal) => normal.loc.add(normal.scale)],
    ["logProb", (normal) => normal.logProb(t([0]))],
    ["sample", (normal) => normal.sample()],
    ["entropy", (normal) => normal.entropy()],
    ["variance", (normal) => normal.variance],
    ["expand", (normal) => normal.expand([2]).stddev],
    ["klDivergence", (normal) => D.klDivergence(normal, new D.Normal(0, 1))],
  ])("nothing is computed of an invalid one that was pending: %s", (_, compute) => {
    const scale = torch.zeros(1);
    expect(() => compute(new D.Normal(t([0]), scale)).dataSync()).toThrow(
      "Expected parameter scale (Tensor of shape (1,)) of distribution Normal(loc: torch.Size([1]), scale: torch.Size([1])) " +
        "to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values",
    );
    expect(scale.tolistSync()).toEqual([0]);
  });

  test("a step from an invalid one throws, and is not made", () => {
    const scale = torch.zeros(1, { requiresGrad: true });
    const normal = new D.Normal(0, scale);
    const optimizer = new SGD([scale], { lr: 0.1 });
    expect(() => {
      normal
        .logProb(t([1]))
        .sum()
        .backward();
      optimizer.step();
      scale.dataSync();
    }).toThrow("but found invalid values");
    expect(scale.tolistSync()).toEqual([0]);
  });
});

test("also on devices that are read later", async () => {
  const on = { device: "later" };
  const loc = t([0, 0], { ...on, requiresGrad: true });
  const normal = new D.Normal(loc, t([1, 1], on));
  const optimizer = new SGD([loc], { lr: 0.1 });
  for (let i = 0; i < 2; i++) {
    optimizer.zeroGrad();
    normal
      .logProb(t([1, 2], on))
      .sum()
      .neg()
      .backward();
    optimizer.step();
  }
  expect(await normal.loc.tolist()).toEqual(near([0.19, 0.38]));
  expect(await new D.Normal(0, loc.sub(1)).sample().data().catch(String)).toContain("but found invalid values");
});
