import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

test("every order", () => {
  const x = torch.tensor([3, 0, -4]);
  expect(x.norm().itemSync()).toBe(5);
  expect(x.norm("fro").itemSync()).toBe(5);
  expect(x.norm(0).itemSync()).toBe(2);
  expect(x.norm(1).itemSync()).toBe(7);
  expect(x.norm(Number.POSITIVE_INFINITY).itemSync()).toBe(4);
  expect(x.norm(Number.NEGATIVE_INFINITY).itemSync()).toBe(0);
  expect(x.norm(3).itemSync()).toBeCloseTo(91 ** (1 / 3), 5);
  expect(x.norm(0.5).itemSync()).toBeCloseTo((Math.sqrt(3) + 2) ** 2, 4);
});

test("along dimensions", () => {
  const x = torch.tensor([
    [3, 4],
    [6, 8],
  ]);
  expect(x.norm(2, 1).tolistSync()).toEqual([5, 10]);
  expect(torch.linalg.vectorNorm(x, { ord: 1, dim: [0, 1], keepdim: true }).tolistSync()).toEqual([[21]]);
});

test("an order is an argument: another one needs no other program", () => {
  const x = torch.tensor([1, 2]);
  x.norm(3.5).itemSync();
  const { compilations } = torch.deviceStatistics("cpu");
  x.norm(4.25).itemSync();
  expect(torch.deviceStatistics("cpu").compilations).toBe(compilations);
});

describe("gradients", () => {
  const gradient = (values: number[], p: number): unknown => {
    const x = torch.tensor(values, { requiresGrad: true });
    x.norm(p).backward();
    return x.grad?.tolistSync();
  };

  test("at 0 they are 0", () => {
    for (const p of [2, 3, 1.5]) expect(gradient([0, 0], p)).toEqual([0, 0]);
    expect(gradient([0, 2], 1)).toEqual([0, 1]);
  });

  test("ties of the largest magnitude share them", () => {
    expect(gradient([2, -2, 1], Number.POSITIVE_INFINITY)).toEqual([0.5, -0.5, 0]);
  });
});

test("dist", () => {
  expect(torch.dist(torch.tensor([1, 1]), torch.tensor([4, 5])).itemSync()).toBe(5);
  expect(torch.dist(torch.tensor([[1], [2]]), torch.tensor([0, 1]), 1).itemSync()).toBe(4);
});

test("of integers and of nothing", () => {
  expect(() => torch.linalg.vectorNorm(torch.tensor([1], { dtype: "int64" }))).toThrow(
    "linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long",
  );
  expect(torch.zeros([0]).norm().itemSync()).toBe(0);
  expect(torch.zeros([0]).norm(Number.POSITIVE_INFINITY).itemSync()).toBe(0);
  expect(() => torch.linalg.vectorNorm(torch.zeros([0]), Number.POSITIVE_INFINITY)).toThrow(
    "the inf norm on an empty tensor",
  );
});

test("logsumexp keeps large and infinite values", () => {
  expect(torch.tensor([1000, 1000]).logsumexp(0).itemSync()).toBeCloseTo(1000 + Math.LN2, 3);
  const low = Number.NEGATIVE_INFINITY;
  expect(
    torch
      .tensor([
        [low, low],
        [low, 2],
      ])
      .logsumexp(1)
      .tolistSync(),
  ).toEqual([low, 2]);
  expect(torch.zeros([0]).logsumexp(0).itemSync()).toBe(low);
  const x = torch.tensor([0, 0], { requiresGrad: true });
  x.logsumexp(0).backward();
  expect(x.grad?.tolistSync()).toEqual([0.5, 0.5]);
});

test("integers are converted to the dtype of the norm, or to the other operand's", () => {
  const x = torch.tensor([3n, 4n]);
  expect(x.norm(2, null, false, { dtype: "float64" }).itemSync()).toBe(5);
  expect(torch.dist(x, torch.tensor([0, 0])).itemSync()).toBe(5);
  expect(() => x.norm()).toThrow("norm(): input dtype should be either floating point or complex. Got Long instead.");
  expect(() => torch.dist(x, x)).toThrow("Got Long instead.");
});

test("the dimensions of a matrix norm are two different ones", () => {
  const x = torch.ones(2, 3, 4);
  expect(() => torch.norm(x, "fro", [0, 1, 2])).toThrow("Expected at most 2 dimensions, but got 3 dimensions instead.");
  expect(() => torch.norm(x, { dim: [0, -3] })).toThrow("Expected dims to be different, got [0, -3] instead");
  expect(torch.norm(x, 2, [0, 1, 2]).itemSync()).toBeCloseTo(Math.sqrt(24), 5);
});

test("logsumexp over an empty list of dimensions", () => {
  expect(() => torch.logsumexp(torch.ones(2, 3), [])).toThrow(
    "output with shape [] doesn't match the broadcast shape [1, 1]",
  );
  expect(torch.logsumexp(torch.ones(2, 3), [], true).shape).toEqual([1, 1]);
});
