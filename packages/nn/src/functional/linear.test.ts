import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import { bilinear, linear } from "./linear.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

describe("linear", () => {
  const weight = (): torch.Tensor =>
    torch.tensor(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { requiresGrad: true },
    );

  test("x Wᵀ + b for any number of leading dimensions", () => {
    const bias = torch.tensor([10, 20, 30]);
    expect(linear(torch.tensor([1, 1]), weight(), bias).tolistSync()).toEqual([13, 27, 41]);
    expect(linear(torch.tensor([[1, 0]]), weight()).tolistSync()).toEqual([[1, 3, 5]]);
    expect(linear(torch.ones([4, 5, 2]), weight(), bias).shape).toEqual([4, 5, 3]);
    expect(linear(torch.ones([0, 2]), weight(), bias).shape).toEqual([0, 3]);
  });

  test("gradients of all three", () => {
    const x = torch.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const w = weight();
    const b = torch.zeros([3], { requiresGrad: true });
    linear(x, w, b).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([
      [9, 12],
      [9, 12],
    ]);
    expect(w.grad?.tolistSync()).toEqual([
      [4, 6],
      [4, 6],
      [4, 6],
    ]);
    expect(b.grad?.tolistSync()).toEqual([2, 2, 2]);
  });

  test("saves x and W, but not the bias or the product", () => {
    const x = torch.ones([2, 2], { requiresGrad: true });
    const [w, b] = [weight(), torch.zeros([3], { requiresGrad: true })];
    const changing = (changed: torch.Tensor) => () => {
      const y = linear(x, w, b);
      torch.noGrad(() => {
        changed.add_(1);
        y.mul_(2);
      });
      y.sum().backward();
    };
    expect(changing(b)).not.toThrow();
    expect(changing(w)).toThrow("modified by an inplace operation");
  });

  test("backward nodes by rank", () => {
    const b = torch.zeros([3], { requiresGrad: true });
    expect(linear(torch.ones([1, 2]), weight(), b).gradFn?.name).toBe("AddmmBackward0");
    expect(linear(torch.ones([1, 2]), weight()).gradFn?.name).toBe("MmBackward0");
    expect(linear(torch.ones([1, 1, 2]), weight(), b).gradFn?.name).toBe("ViewBackward0");
  });

  test("refuses what does not fit", () => {
    expect(() => linear(torch.ones([4, 3]), weight())).toThrow(
      "mat1 and mat2 shapes cannot be multiplied (4x3 and 2x3)",
    );
    expect(() => linear(torch.ones([4, 2], { dtype: "int64" }), weight())).toThrow(
      "expected scalar type Long but found Float",
    );
  });
});

test("bilinear", () => {
  const weight = torch.tensor([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  expect(bilinear(torch.tensor([[1, 10]]), torch.tensor([[1, 100]]), weight).tolistSync()).toEqual([[4231]]);
  expect(bilinear(torch.ones([2, 3, 2]), torch.ones([2, 3, 2]), weight, torch.tensor([5])).shape).toEqual([2, 3, 1]);
  expect(() => bilinear(torch.ones([1, 3]), torch.ones([1, 2]), weight)).toThrow(
    "bilinear(): input1 size does not match weight size: got 3 but expected 2",
  );
});
