import { beforeAll, describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { celu, hardshrink, logSoftmax, prelu, relu, selu, sigmoid, softmax, tanh, threshold } from "./index.ts";

beforeAll(useCpu);

const inf = Number.POSITIVE_INFINITY;

function slopes(f: (x: Tensor) => Tensor, at: number[], dtype: "float32" | "float64" = "float32"): unknown {
  const x = tensor(at, { dtype, requiresGrad: true });
  f(x).sum().backward();
  return x.grad?.tolistSync();
}

test("relu keeps NaN and has no slope at 0", () => {
  expect(relu(tensor([-1, 0, 2, NaN])).tolistSync()).toEqual([0, 0, 2, NaN]);
  expect(slopes(relu, [-1, 0, 2])).toEqual([0, 0, 1]);
  expect(() => relu(tensor([true]))).toThrow("Boolean inputs not supported for relu");
});

test("sigmoid and tanh saturate without NaN", () => {
  expect(sigmoid(tensor([-inf, -1000, 0, 1000, inf])).tolistSync()).toEqual([0, 0, 0.5, 1, 1]);
  expect(slopes(sigmoid, [-1000, 0, 1000])).toEqual([0, 0.25, 0]);
  expect(slopes(tanh, [-inf, 0, inf])).toEqual([0, 1, 0]);
  expect(sigmoid(tensor([0n])).dtype).toBe("float32");
});

test("the exponential rectifiers keep small slopes of large negative inputs", () => {
  const e = Math.exp(-20);
  expect(slopes(celu, [-20, 1], "float64")).toEqual([expect.closeTo(e, 22), 1]);
  const [slope, linear] = slopes(selu, [-20, 1], "float64") as number[];
  expect(slope / (1.0507009873554805 * 1.6732632423543772 * e)).toBeCloseTo(1, 12);
  expect(linear).toBe(1.0507009873554805);
  expect(() => celu(tensor([1]), 0)).toThrow("ZeroDivisionError: alpha cannot be 0 for CELU");
});

describe("prelu", () => {
  test("has a slope for each channel", () => {
    const x = tensor([
      [-1, -1],
      [-2, 3],
    ]);
    const weight = tensor([0.5, 0.25], { requiresGrad: true });
    const y = prelu(x, weight);
    expect(y.detach().tolistSync()).toEqual([
      [-0.5, -0.25],
      [-1, 3],
    ]);
    y.sum().backward();
    expect(weight.grad?.tolistSync()).toEqual([-3, -1]);
  });

  test("refuses another number of slopes", () => {
    expect(() => prelu(tensor([[1, 2, 3]]), tensor([0.1, 0.2]))).toThrow(
      "Found parameter numbers = 2 and channel size = 3",
    );
  });
});

test("threshold and hardshrink", () => {
  expect(threshold(tensor([0, 1, 2, NaN]), 1, -5).tolistSync()).toEqual([-5, -5, 2, NaN]);
  expect(hardshrink(tensor([-1, 0.5, 0.6])).tolistSync()).toEqual([-1, 0, Math.fround(0.6)]);
  expect(slopes(hardshrink, [-1, 0.5, 0.6, NaN])).toEqual([1, 0, 1, 0]);
});

describe("softmax", () => {
  test("does not overflow", () => {
    expect(softmax(tensor([1000, 1000, -inf]), 0).tolistSync()).toEqual([0.5, 0.5, 0]);
    expect(logSoftmax(tensor([0, 1000]), -1).tolistSync()).toEqual([-1000, 0]);
  });

  test("the gradient of each row sums to 0", () => {
    const x = tensor([[1, 2, 3]], { dtype: "float64", requiresGrad: true });
    softmax(x, 1).backward(tensor([[1, 0, 0]], { dtype: "float64" }));
    const row = Array.from(x.grad?.dataSync() ?? [], Number);
    expect(row).toHaveLength(3);
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 15);
    const y = 1 / (1 + Math.E + Math.E ** 2);
    expect(row[0]).toBeCloseTo(y * (1 - y), 15);
  });

  test("takes its parameters by name, and refuses what PyTorch refuses", () => {
    const whole = tensor([0n, 0n]);
    expect(softmax(whole, { dim: 0, dtype: "float64" }).dtype).toBe("float64");
    expect(() => softmax(whole, 0)).toThrow("not implemented for 'Long'");
    expect(() => softmax(tensor([1]), 1)).toThrow(
      "Dimension out of range (expected to be in range of [-1, 0], but got 1)",
    );
    expect(softmax(tensor(3), 0).itemSync()).toBe(1);
    expect(softmax(tensor([]), 0).shape).toEqual([0]);
  });
});
