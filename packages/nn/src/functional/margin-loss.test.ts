import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const t = torch.tensor;

// Recorded from PyTorch 1.13.
test.each<[string, () => Tensor, number]>([
  [
    "MultiLabelMarginLoss",
    () => new nn.MultiLabelMarginLoss()(t([[0.1, 0.2, 0.4, 0.8]]), t([[3n, 0n, -1n, 1n]])),
    0.85,
  ],
  ["MultiMarginLoss", () => new nn.MultiMarginLoss()(t([[0.1, 0.2, 0.4, 0.8]]), t([1n])), 0.925],
  ["TripletMarginLoss", () => new nn.TripletMarginLoss()(t([[1, 2]]), t([[1, 3]]), t([[0, 2.5]])), 0.881966],
  ["MarginRankingLoss", () => new nn.MarginRankingLoss({ margin: 0.5 })(t([1, 2]), t([2, 1]), t([1, 1])), 0.75],
  ["CosineEmbeddingLoss", () => new nn.CosineEmbeddingLoss({ margin: 0.3 })(t([[1, 2]]), t([[2, 1]]), t([-1])), 0.5],
])("%s", (_name, loss, want) => {
  expect(loss().itemSync()).toBeCloseTo(want, 5);
});

test("targets that are only compared get no gradient at all", () => {
  const [x, y] = [t([[1, 2]]).requiresGrad_(), t([1]).requiresGrad_()];
  for (const loss of [nn.functional.cosineEmbeddingLoss(x, t([[2, 1]]), y), nn.functional.hingeEmbeddingLoss(x, y)])
    expect(torch.autograd.grad(loss, [x, y], { allowUnused: true }).map((g) => g === null)).toEqual([false, true]);
});

test("multiMarginLoss of one score of one class", () => {
  const x = torch.tensor(3, { requiresGrad: true });
  const loss = nn.functional.multiMarginLoss(x, torch.tensor(0n));
  loss.backward();
  expect([loss.itemSync(), x.grad?.itemSync()]).toEqual([0, 0]);
});

test("cosines along a dimension of the shape that both broadcast to", () => {
  const a = torch.tensor([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const b = torch.tensor([
    [1, 1],
    [0, 2],
  ]);
  expect(nn.functional.cosineSimilarity(a, b, 1).tolistSync()).toEqual([
    [expect.closeTo(0.3162277), expect.closeTo(1)],
  ]);
});

test("the divergence from what is no probability is not a number", () => {
  const none = { reduction: "none" } as const;
  expect(nn.functional.klDiv(torch.tensor([0, 0]), torch.tensor([0, -1]), none).tolistSync()).toEqual([0, Number.NaN]);
});

test("a multi-label loss of one score without dimensions", () => {
  expect(nn.functional.multilabelMarginLoss(torch.tensor(0.3), torch.tensor(0n)).shape).toEqual([]);
});
