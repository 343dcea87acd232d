/** Gradients through views and in-place writes; expected ones are derived by hand, texts are PyTorch's. */
import { beforeAll, describe, expect, test } from "vitest";
import { ellipsis, slice } from "../ops/indexing/items.ts";
import { noGrad } from "../runtime/mode.ts";
import { tensor } from "../tensor/creation.ts";
import "../tensor/methods.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { useCpu } from "../testing/cpu.ts";
import { grad } from "./backward.ts";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const list = (t: Tensor | null): unknown => t?.tolistSync() ?? null;

beforeAll(useCpu);

describe("views and in-place writes", () => {
  test("a range of everything is a view of its own", () => {
    const x = leaf([1, 2]);
    const whole = x.index(slice(0, 2)) as Tensor;
    expect([whole.gradFn?.name, whole.isLeaf]).toEqual(["SliceBackward0", false]);
    expect((x.index(ellipsis) as Tensor).gradFn?.name).toBe("AliasBackward0");
    expect(() => whole.mul_(2)).toThrow("a view of a leaf Variable that requires grad");
  });

  test("a kept gradient is that of the tensor as it was written last", () => {
    const y = leaf([1, 2]).clone();
    y.retainGrad();
    y.zero_();
    expect(y.gradFn?.name).toBe("ZeroBackward0");
    y.sum().backward();
    expect(list(y.grad)).toEqual([1, 1]);
  });

  test("what may not be written is refused before shapes are looked at", () => {
    expect(() => leaf([1, 2]).add_(tensor([1, 2, 3]))).toThrow("a leaf Variable that requires grad");
  });

  test("a write through a view", () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(2);
    const v = y.narrow(0, 1, 2);
    v.mul_(10);
    expect([y.gradFn?.name, v.gradFn?.name]).toEqual(["CopySlices", "AsStridedBackward0"]);
    y.mul(y).sum().backward();
    // (2a)² + (20b)² + (20c)²
    expect(list(x.grad)).toEqual([8, 1600, 2400]);
  });

  test("a write to the base is seen by the gradient of an older view", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const v = y.select(0, 1);
    y.mul_(3);
    v.backward();
    expect([list(v), list(x.grad)]).toEqual([12, [0, 6]]);
  });

  test("also when the view is first read inside noGrad", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const v = y.select(0, 1);
    y.mul_(3);
    expect(noGrad(() => v.itemSync())).toBe(12);
    v.backward();
    expect(list(x.grad)).toEqual([0, 6]);
  });

  test("backward from a tensor that a view of it has written", () => {
    const x = leaf([3]);
    const y = x.mul(2);
    y.select(0, 0).mul_(5);
    y.backward();
    expect(list(x.grad)).toEqual([10]);
  });

  test("a buffer takes part once something with a history is written into it", () => {
    const x = leaf([1, 2]);
    const buffer = tensor([0, 0, 0]);
    buffer.narrow(0, 1, 2).copy_(x);
    expect(buffer.requiresGrad).toBe(true);
    buffer.mul(buffer).sum().backward();
    expect(list(x.grad)).toEqual([2, 4]);
  });

  test("what a constant overwrites stays in the graph, with gradient zero", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.zero_();
    expect(y.requiresGrad).toBe(true);
    y.sum().backward();
    expect(list(x.grad)).toEqual([0, 0]);
    const z = x.mul(3);
    z.select(0, 0).copy_(tensor(7));
    z.sum().backward();
    expect([list(z), list(x.grad)]).toEqual([
      [7, 6],
      [0, 3],
    ]);
  });

  test("a write of another shape and dtype", () => {
    const x = tensor([2], { dtype: "float64", requiresGrad: true });
    const y = tensor([1, 1, 1]);
    y.copy_(x);
    y.mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect([x.grad?.dtype, list(x.grad)]).toEqual(["float64", [6]]);
  });

  test("expanded and permuted views add up", () => {
    const x = leaf([1, 2]);
    const wide = x.reshape(2, 1).expand(2, 3).permute(1, 0);
    wide
      .mul(
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      )
      .sum()
      .backward();
    expect(list(x.grad)).toEqual([9, 12]);
  });
});

test.each([
  ["sin", (x: Tensor) => x.sin_(), (x: Tensor) => x.sin()],
  ["exp", (x: Tensor) => x.exp_(), (x: Tensor) => x.exp()],
  ["pow", (x: Tensor) => x.pow_(3), (x: Tensor) => x.pow(3)],
] as const)("second derivatives of %s go through what it has overwritten", (_, write, plain) => {
  const second = (fn: (x: Tensor) => Tensor): unknown => {
    const x = leaf([0.5, -2]);
    const [first] = grad(fn(x.mul(2)).pow(2).sum(), x, { createGraph: true });
    first.pow(2).sum().backward();
    return list(x.grad);
  };
  expect(second(write)).toEqual(second(plain));
  // What is read twice is copied only once, as in PyTorch.
  expect(() => second((x) => x.mul_(x))).toThrow("modified by an inplace operation");
});
