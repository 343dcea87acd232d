import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

test("cumsum and cumprod along a dimension", () => {
  const x = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(x.cumsum(0).tolistSync()).toEqual([
    [1, 2, 3],
    [5, 7, 9],
  ]);
  expect(x.cumprod(-1).tolistSync()).toEqual([
    [1, 2, 6],
    [4, 20, 120],
  ]);
  expect(torch.tensor([100, 100], { dtype: "uint8" }).cumsum(0).tolistSync()).toEqual([100, 200]);
  expect(torch.tensor([true, true]).cumsum(0).dtype).toBe("int64");
  expect(x.cumsum(0, { dtype: "float64" }).dtype).toBe("float64");
  expect(() => x.cumsum(2)).toThrow("Dimension out of range (expected to be in range of [-2, 1], but got 2)");
});

test("no dimension, no elements", () => {
  expect(torch.tensor(3).cumsum(0).itemSync()).toBe(3);
  expect(torch.zeros([0]).cumprod(0).shape).toEqual([0]);
});

describe("cummax and cummin", () => {
  test("take the last of equal elements, and stay NaN", () => {
    const [values, indices] = torch.tensor([2, 2, 1, 3, 3]).cummax(0);
    expect(values.tolistSync()).toEqual([2, 2, 2, 3, 3]);
    expect(indices.tolistSync()).toEqual([0, 1, 1, 3, 4]);
    const nan = torch.tensor([1, Number.NaN, 0]).cummin(0);
    expect(nan.values.tolistSync()).toEqual([1, Number.NaN, Number.NaN]);
    expect(nan.indices.tolistSync()).toEqual([0, 1, 1]);
  });

  test("send the gradient to the elements found", () => {
    const x = torch.tensor([3, 1, 2, 5], { requiresGrad: true });
    x.cummax(0).values.sum().backward();
    expect(x.grad?.tolistSync()).toEqual([3, 0, 0, 1]);
  });
});

test("cumprod has a gradient where elements are 0", () => {
  const x = torch.tensor([2, 0, 3], { requiresGrad: true });
  // y = (a, ab, abc): d/da = 1 + b + bc, d/db = a + ac, d/dc = ab.
  x.cumprod(0).sum().backward();
  expect(x.grad?.tolistSync()).toEqual([1, 8, 0]);
});

test("running products and products have all derivatives where elements are 0", () => {
  /** Each time the gradient of the sum of the last one. */
  const nth = (f: (x: torch.Tensor) => torch.Tensor, values: number[], times: number): unknown => {
    const x = torch.tensor(values, { dtype: "float64", requiresGrad: true });
    let y = f(x);
    for (let i = 0; i < times; i++) [y] = torch.autograd.grad(y.sum(), [x], { createGraph: true });
    return y.detach().tolistSync();
  };
  const running = (x: torch.Tensor) => x.cumprod(0);
  expect(nth(running, [2, 0, 3], 2)).toEqual([4, 6, 2]);
  expect(nth(running, [2, 0, 0, 3], 2)).toEqual([1, 9, 8, 0]);
  expect(nth(running, [0, 0, 0, 5, 0], 3)).toEqual([12, 12, 12, 0, 0]);
  expect(nth(running, [0, 0, 0, 5, 0], 4)).toEqual([36, 36, 36, 6, 30]);
  expect(nth((x) => running(x).square(), [2, 0, 3], 4)).toEqual([264, expect.closeTo(456, 9), 192]);
  expect(nth((x) => x.prod(), [2, 0, 3, 5], 3)).toEqual([16, 20, 14, 10]);
  expect(nth((x) => x.prod(), [0, 0, 0, 5], 3)).toEqual([10, 10, 10, 0]);
});

describe("logcumsumexp", () => {
  test("does not overflow", () => {
    const y = torch.tensor([1000, 1000, 1000]).logcumsumexp(0).tolistSync() as number[];
    for (const [i, value] of y.entries()) expect(value).toBeCloseTo(1000 + Math.log(i + 1), 3);
  });

  test("its gradient neither, of either sign", () => {
    const x = torch.tensor([800, 0, 800], { requiresGrad: true });
    x.logcumsumexp(0).backward(torch.tensor([1, 0, -2]));
    expect(x.grad?.tolistSync()).toEqual([0, 0, -1]);
  });

  test("of integers is refused", () => {
    expect(() => torch.tensor([1], { dtype: "int64" }).logcumsumexp(0)).toThrow("not implemented for 'Long'");
  });
});
