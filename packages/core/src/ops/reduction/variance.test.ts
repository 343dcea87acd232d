import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

test("two passes keep a small spread around a large mean", () => {
  const x = torch.tensor([10000, 10001, 10002]);
  expect(x.var().itemSync()).toBe(1);
  expect(x.std(0, false).itemSync()).toBeCloseTo(Math.sqrt(2 / 3), 6);
});

test("unbiased, biased, any correction", () => {
  const x = torch.tensor([1, 2, 3, 6]);
  expect(x.var().itemSync()).toBeCloseTo(14 / 3, 6);
  expect(x.var(false).itemSync()).toBeCloseTo(14 / 4, 6);
  expect(x.var(0, { correction: 2 }).itemSync()).toBe(7);
  expect(x.var({ dim: 0, correction: 0, keepdim: true }).tolistSync()).toEqual([3.5]);
});

test("too few elements give NaN, or Infinity where there is a spread", () => {
  expect(torch.tensor([3.5]).var().itemSync()).toBeNaN();
  expect(torch.tensor([3.5]).var(false).itemSync()).toBe(0);
  expect(torch.zeros([0]).std().itemSync()).toBeNaN();
  expect(torch.tensor([1, 2]).var(0, { correction: 2 }).itemSync()).toBe(Number.POSITIVE_INFINITY);
});

test("the gradient of std is 0 where it is 0", () => {
  const x = torch.tensor([2, 2], { requiresGrad: true });
  x.std().backward();
  expect(x.grad?.tolistSync()).toEqual([0, 0]);
});

test("the mean beside a variance of one element has a gradient", () => {
  for (const f of [torch.varMean, torch.stdMean]) {
    const x = torch.tensor([[1], [2]], { requiresGrad: true });
    const [spread, mean] = f(x, 1);
    const [ofMean] = torch.autograd.grad(mean.sum(), [x], { retainGraph: true });
    expect(ofMean.tolistSync()).toEqual([[1], [1]]);
    expect(torch.autograd.grad(spread.sum(), [x])[0].tolistSync()).toEqual([[Number.NaN], [Number.NaN]]);
  }
});

test("varMean and stdMean", () => {
  const x = torch.tensor(
    [
      [1, 3],
      [2, 6],
    ],
    { requiresGrad: true },
  );
  const found = torch.varMean(x, 1);
  expect(found.var.tolistSync()).toEqual([2, 8]);
  expect(found.mean.tolistSync()).toEqual([2, 4]);
  found.var.sum().add(found.mean.sum()).backward();
  expect(x.grad?.tolistSync()).toEqual([
    [-1.5, 2.5],
    [-3.5, 4.5],
  ]);
  const [std] = torch.stdMean(x, 1, false);
  expect(std.tolistSync()).toEqual([1, 2]);
});

test("integers are refused", () => {
  expect(() => torch.tensor([1], { dtype: "int64" }).var()).toThrow(
    "std and var only support floating point and complex dtypes",
  );
});

test("gradients of single elements and of empty lists of dimensions are PyTorch 1.13's", () => {
  const slope = (values: number | number[], f: (x: torch.Tensor) => torch.Tensor): unknown => {
    const x = torch.tensor(values, { requiresGrad: true });
    f(x).sum().backward();
    return x.grad?.tolistSync();
  };
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  expect(slope(2, (x) => torch.var(x))).toBe(inf);
  expect(slope(2, (x) => torch.std(x))).toBe(nan);
  expect(slope([2], (x) => torch.var(x, 0))).toEqual([nan]);
  expect(slope([1, 2, 4], (x) => torch.var(x, []))).toEqual([-inf, -inf, inf]);
  expect(slope([1, 2, 4], (x) => torch.std(x, []))).toEqual([-inf, -inf, inf]);
  expect(slope([1, 2, 4], (x) => torch.var(x, [], false))).toEqual(
    [-8 / 3, -2 / 3, 10 / 3].map((v) => expect.closeTo(v, 5)),
  );
});
