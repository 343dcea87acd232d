import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as F from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const f64 = (data: torch.Nested): torch.Tensor => torch.tensor(data, { dtype: "float64" });

describe("batchNorm", () => {
  test("standardises each channel, and moves the running statistics by the unbiased variance", () => {
    const x = f64([
      [1, 10],
      [3, 30],
    ]);
    const mean = torch.zeros([2], { dtype: "float64" });
    const variance = torch.ones([2], { dtype: "float64" });
    const y = F.batchNorm(x, mean, variance, f64([1, 2]), f64([0, 5]), { training: true, momentum: 0.5, eps: 0 });
    expect(y.tolistSync()).toEqual([
      [-1, 3],
      [1, 7],
    ]);
    expect(mean.tolistSync()).toEqual([1, 10]);
    expect(variance.tolistSync()).toEqual([1.5, 100.5]);
  });

  test("in evaluation uses the running statistics and leaves them", () => {
    const mean = f64([1]);
    const y = F.batchNorm(f64([[3], [5]]), mean, f64([4]), { eps: 0 });
    expect(y.tolistSync()).toEqual([[1], [2]]);
    expect(mean.tolistSync()).toEqual([1]);
  });

  test("a large mean does not spoil the variance", () => {
    const x = torch.tensor([10000, 10001, 10002, 10003]).reshape(4, 1);
    const y = F.batchNorm(x, null, null, { training: true, eps: 0 }).reshape(-1).tolistSync() as number[];
    const want = [-1.5, -0.5, 0.5, 1.5].map((d) => d / Math.sqrt(1.25));
    for (const [i, value] of y.entries()) expect(value).toBeCloseTo(want[i], 6);
  });

  test("an empty batch leaves the running statistics", () => {
    const [mean, variance] = [torch.zeros([3]), torch.ones([3])];
    for (const shape of [
      [0, 3],
      [2, 3, 0, 4],
    ])
      expect(F.batchNorm(torch.zeros(shape), mean, variance, { training: true }).shape).toEqual(shape);
    expect([mean.tolistSync(), variance.tolistSync()]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  test("running statistics advance though nobody reads the loss", () => {
    const mean = torch.zeros([1]);
    const variance = torch.ones([1]);
    for (let i = 1; i <= 100; i++)
      F.batchNorm(torch.tensor([[i], [i]]), mean, variance, { training: true, momentum: 1 });
    expect([mean.itemSync(), variance.itemSync()]).toEqual([100, 0]);
  });

  test("refuses what PyTorch refuses", () => {
    expect(() => F.batchNorm(torch.zeros([1, 3]), null, null, { training: true })).toThrow(
      "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
    );
    expect(() => F.batchNorm(torch.zeros([2, 3]), torch.zeros([4]), torch.ones([3]))).toThrow(
      "running_mean should contain 3 elements not 4",
    );
    expect(() => F.batchNorm(torch.zeros([2, 3]))).toThrow("Expected running_mean and running_var to be defined");
  });
});

test("instanceNorm averages the statistics of the samples into the running ones", () => {
  const mean = torch.zeros([1], { dtype: "float64" });
  const variance = torch.zeros([1], { dtype: "float64" });
  F.instanceNorm(f64([[[1, 3]], [[5, 5]]]), mean, variance, { momentum: 1 });
  expect([mean.itemSync(), variance.itemSync()]).toEqual([3.5, 1]);
});

test("layerNorm and groupNorm standardise what they say", () => {
  const x = f64([[1, 3, 5, 9]]);
  expect(F.layerNorm(x.reshape(1, 2, 2), 2, { eps: 0 }).tolistSync()).toEqual([
    [
      [-1, 1],
      [-1, 1],
    ],
  ]);
  expect(F.groupNorm(x, 2, f64([1, 1, 10, 10]), f64([0, 0, 0, 7]), 0).tolistSync()).toEqual([[-1, 1, -10, 17]]);
});

test("localResponseNorm looks at `size` channels, one more before than after if that is even", () => {
  const y = F.localResponseNorm(f64([[[1], [2], [3]]]), 2, { alpha: 2, beta: 1, k: 0 });
  const want = [1 / 1, 2 / 5, 3 / 13];
  for (const [i, value] of (y.reshape(-1).tolistSync() as number[]).entries()) expect(value).toBeCloseTo(want[i], 14);
});

test("distances", () => {
  expect(F.normalize(f64([[3, 4]])).tolistSync()).toEqual([[0.6, 0.8]]);
  expect(F.normalize(f64([[0, 0]])).tolistSync()).toEqual([[0, 0]]);
  expect(F.cosineSimilarity(f64([[2, 0]]), f64([[0, 3]])).tolistSync()).toEqual([0]);
  expect(F.pairwiseDistance(f64([[1, 2]]), f64([[4, 6]]), { eps: 0, keepdim: true }).tolistSync()).toEqual([[5]]);
  expect(
    F.pdist(
      f64([
        [0, 0],
        [3, 4],
        [0, 1],
      ]),
    ).tolistSync(),
  ).toEqual([5, 1, Math.sqrt(18)]);
});

test("the gradient of a weight where nothing is normalised", () => {
  const weight = torch.ones([1], { requiresGrad: true });
  const y = F.layerNorm(torch.ones([0, 1], { requiresGrad: true }), 1, weight, torch.zeros([1]));
  y.sum().backward();
  expect(weight.grad?.tolistSync()).toEqual([0]);
});
