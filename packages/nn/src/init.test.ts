import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { init } from "./index.ts";

beforeAll(() => registerBackend(cpu()));

test("functions fill leaves that require grad, in place, and return them", () => {
  const weight = torch.empty([2, 2]).requiresGrad_();
  expect(init.constant_(weight, 3)).toBe(weight);
  expect(weight.tolistSync()).toEqual([
    [3, 3],
    [3, 3],
  ]);
  expect([weight.requiresGrad, weight.isLeaf]).toEqual([true, true]);
  init.eye_(weight);
  expect(weight.tolistSync()).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test("bounds follow the fans", () => {
  const weight = torch.empty([30, 20]);
  expect(init.calculateFanInAndFanOut(torch.empty([5, 3, 2, 2]))).toEqual([12, 20]);
  const bound = 1 / Math.sqrt(20);
  const largest = init
    .kaimingUniform_(weight, { a: Math.sqrt(5) })
    .abs()
    .max()
    .itemSync();
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.9 * bound);
  expect(() => init.kaimingUniform_(torch.empty([3]))).toThrow(
    "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
  );
  expect(() => init.calculateGain("gelu" as "relu")).toThrow("Unsupported nonlinearity gelu");
});

test("orthogonal_ makes rows or columns orthonormal", () => {
  for (const shape of [
    [4, 3],
    [3, 4],
  ]) {
    const weight = init.orthogonal_(torch.empty(shape), 2).div(2);
    const product = shape[0] < shape[1] ? weight.matmul(weight.t()) : weight.t().matmul(weight);
    expect(product.sub(torch.eye(3)).abs().max().itemSync()).toBeLessThan(1e-6);
  }
});

test("truncNormal_ stays within its bounds", () => {
  torch.manualSeed(0);
  const weight = init.truncNormal_(torch.empty([1000]), { std: 2, a: -1, b: 3 });
  expect(weight.min().itemSync()).toBeGreaterThanOrEqual(-1);
  expect(weight.max().itemSync()).toBeLessThanOrEqual(3);
  expect(weight.mean().itemSync()).toBeGreaterThan(0.2);
});
