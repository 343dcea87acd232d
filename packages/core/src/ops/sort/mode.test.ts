import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

describe("mode", () => {
  test("the most frequent, of several the smallest, at its last place", () => {
    const { values, indices } = torch.mode(
      torch.tensor([
        [3, 1, 3, 2],
        [5, 4, 4, 5],
        [9, 8, 7, 6],
      ]),
    );
    expect(values.tolistSync()).toEqual([3, 4, 6]);
    expect(indices.tolistSync()).toEqual([2, 2, 3]);
  });

  test("along a dimension, kept or not; of a number; of nothing", () => {
    const x = torch.tensor([
      [1n, 2n],
      [1n, 3n],
      [0n, 3n],
    ]);
    expect(x.mode(0).values.tolistSync()).toEqual([1, 3]);
    expect(torch.mode(x, 0, true).indices.tolistSync()).toEqual([[1, 2]]);
    expect(torch.mode(torch.tensor(7)).values.itemSync()).toBe(7);
    expect(() => torch.mode(torch.zeros([0]))).toThrow("Expected reduction dim 0 to have non-zero size.");
  });

  test("the gradient goes to the element that was taken", () => {
    const x = torch.tensor([3, 1, 3], { requiresGrad: true });
    torch.mode(x).values.backward();
    expect(x.grad?.tolistSync()).toEqual([0, 0, 1]);
  });
});

describe("isin", () => {
  test("tensors of any shape, numbers, and the inverse", () => {
    const x = torch.tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(torch.isin(x, torch.tensor([4, 1, 9])).tolistSync()).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(torch.isin(x, torch.tensor([4, 1]), { invert: true }).tolistSync()).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(torch.isin(x, 2).tolistSync()).toEqual([
      [false, true],
      [false, false],
    ]);
    expect(torch.isin(3, x).itemSync()).toBe(true);
  });

  test("NaN is nowhere; dtypes promote; nothing is in nothing", () => {
    const x = torch.tensor([Number.NaN, 1, Number.POSITIVE_INFINITY]);
    expect(torch.isin(x, x).tolistSync()).toEqual([false, true, true]);
    expect(torch.isin(torch.tensor([1n, 2n]), torch.tensor([1.5, 2])).tolistSync()).toEqual([false, true]);
    expect(torch.isin(x, torch.zeros([0])).tolistSync()).toEqual([false, false, false]);
  });

  test("random integers against a set", () => {
    const generator = new torch.Generator(4);
    const x = torch.randint(0, 50, [200], { generator });
    const list = torch.randint(0, 50, [20], { generator });
    const known = new Set(list.tolistSync() as number[]);
    expect(torch.isin(x, list).tolistSync()).toEqual((x.tolistSync() as number[]).map((value) => known.has(value)));
  });
});

test("isin: infinities beside NaN, and no bools", () => {
  const list = torch.tensor([-2, Number.NaN]);
  expect(torch.isin(torch.tensor([-2, 3, Number.NaN, Number.POSITIVE_INFINITY]), list).tolistSync()).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(() => torch.isin(torch.tensor([true]), torch.tensor([true]))).toThrow("for isin(): Bool");
});
