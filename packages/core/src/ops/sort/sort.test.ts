import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

describe("sort", () => {
  test("is stable in both directions, and NaN is the greatest", () => {
    const x = torch.tensor([2, Number.NaN, 1, 2, 1]);
    const up = x.sort();
    expect(up.values.tolistSync()).toEqual([1, 1, 2, 2, Number.NaN]);
    expect(up.indices.tolistSync()).toEqual([2, 4, 0, 3, 1]);
    const down = x.sort(0, true);
    expect(down.indices.tolistSync()).toEqual([1, 0, 3, 2, 4]);
    expect(x.argsort({ descending: true }).tolistSync()).toEqual([1, 0, 3, 2, 4]);
  });

  test("sends gradients back to their places", () => {
    const x = torch.tensor([3, 1, 2], { requiresGrad: true });
    x.sort().values.backward(torch.tensor([10, 20, 30]));
    expect(x.grad?.tolistSync()).toEqual([30, 10, 20]);
  });

  test("along the first dimension", () => {
    expect(
      torch
        .tensor([
          [3, 1],
          [2, 4],
        ])
        .msort()
        .tolistSync(),
    ).toEqual([
      [2, 1],
      [3, 4],
    ]);
  });
});

describe("topk", () => {
  test("the greatest or the least", () => {
    const x = torch.tensor([
      [1, 4, 2],
      [9, 8, 7],
    ]);
    expect(x.topk(2).values.tolistSync()).toEqual([
      [4, 2],
      [9, 8],
    ]);
    expect(x.topk(1, 0, false).indices.tolistSync()).toEqual([[0, 0, 0]]);
    expect(x.topk(0).values.shape).toEqual([2, 0]);
    expect(() => x.topk(4)).toThrow("selected index k out of range");
  });
});

describe("median, kthvalue", () => {
  test("the lower of two middle elements", () => {
    const x = torch.tensor([4, 1, 3, 2]);
    expect(x.median().itemSync()).toBe(2);
    expect(x.median(0).indices.itemSync()).toBe(3);
    expect(x.kthvalue(3).values.itemSync()).toBe(3);
    expect(() => x.kthvalue(5)).toThrow("kthvalue(): selected number k out of range for dimension 0");
  });

  test("NaN makes the median NaN, and does not count for nanmedian", () => {
    const x = torch.tensor([5, Number.NaN, 1, 2, Number.NaN]);
    expect(x.median().itemSync()).toBeNaN();
    expect(x.median(0).indices.itemSync()).toBe(1);
    expect(x.nanmedian().itemSync()).toBe(2);
    expect(torch.zeros([0]).median().itemSync()).toBeNaN();
  });
});

describe("quantile", () => {
  const x = (): torch.Tensor => torch.tensor([3, 0, 1, 2]);

  test("between elements", () => {
    expect(x().quantile(0.5).itemSync()).toBe(1.5);
    const of = (interpolation: "lower" | "higher" | "nearest" | "midpoint"): number =>
      x().quantile(0.4, { interpolation }).itemSync();
    expect([of("lower"), of("higher"), of("nearest"), of("midpoint")]).toEqual([1, 2, 1, 1.5]);
  });

  test("several at once, as a first dimension", () => {
    const rows = torch.tensor([
      [0, 1],
      [4, 5],
    ]);
    expect(rows.quantile(torch.tensor([0, 0.5, 1]), 0).tolistSync()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(rows.quantile(torch.tensor([0.5]), 1, true).shape).toEqual([1, 2, 1]);
  });

  test("NaN, and without it", () => {
    const some = torch.tensor([1, Number.NaN, 3]);
    expect(some.quantile(0).itemSync()).toBeNaN();
    expect(some.nanquantile(0.5).itemSync()).toBe(2);
  });

  test("outside [0, 1] is refused, of a tensor when it is evaluated", () => {
    expect(() => x().quantile(1.5)).toThrow("quantile() q must be in the range [0, 1] but got 1.5");
    expect(() =>
      x()
        .quantile(torch.tensor([2]))
        .dataSync(),
    ).toThrow("quantile() q values must be in the range [0, 1]");
  });
});

test("quantiles between elements depend on q", () => {
  const q = torch.tensor([0.1, 0.5], { requiresGrad: true });
  const x = torch.tensor(
    [
      [1, 2],
      [3, 5],
    ],
    { requiresGrad: true },
  );
  const upstream = torch.tensor([
    [1, 2],
    [3, 4],
  ]);
  torch.quantile(x, q, 1).backward(upstream);
  expect(q.grad?.tolistSync()).toEqual([5, 11]);
  expect(torch.quantile(x, q, 1, { interpolation: "lower" }).requiresGrad).toBe(true);
  expect(torch.quantile(x.detach(), q, 1, { interpolation: "lower" }).requiresGrad).toBe(false);
});
