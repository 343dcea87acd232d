import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const tied = (): torch.Tensor =>
  torch.tensor(
    [
      [1, 3, 3],
      [2, 2, 2],
    ],
    { requiresGrad: true },
  );

describe("max and min", () => {
  test("results by name and in order", () => {
    const found = torch.max(tied(), 1);
    const [values, indices] = found;
    expect(values).toBe(found.values);
    expect(indices).toBe(found.indices);
    expect(found[1]).toBe(found.indices);
    expect(values.tolistSync()).toEqual([3, 2]);
    expect(indices.tolistSync()).toEqual([1, 0]);
    expect(indices.dtype).toBe("int64");
  });

  test("as methods, in their three forms", () => {
    const x = torch.tensor([
      [1, 5],
      [7, 2],
    ]);
    expect(x.max().itemSync()).toBe(7);
    expect(x.min(0, true).values.tolistSync()).toEqual([[1, 2]]);
    expect(x.max(torch.tensor([4, 4])).tolistSync()).toEqual([
      [4, 5],
      [7, 4],
    ]);
  });

  test("of all elements, ties share the gradient", () => {
    const x = tied();
    x.max().backward();
    expect(x.grad?.tolistSync()).toEqual([
      [0, 0.5, 0.5],
      [0, 0, 0],
    ]);
  });

  test("along a dimension, the gradient goes to the position found", () => {
    const x = tied();
    x.max(1).values.sum().backward();
    expect(x.grad?.tolistSync()).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  test("NaN wins both", () => {
    const x = torch.tensor([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NaN]);
    expect(x.max().itemSync()).toBeNaN();
    expect(x.min().itemSync()).toBeNaN();
    expect(x.max(0).indices.itemSync()).toBe(1);
    expect(x.argmin().itemSync()).toBe(1);
  });

  test("nothing has no greatest element", () => {
    expect(() => torch.zeros([0]).max()).toThrow(
      "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.",
    );
    expect(() => torch.zeros([2, 0]).min(1)).toThrow("min(): Expected reduction dim 1 to have non-zero size.");
    expect(torch.zeros([2, 0]).max(0).values.shape).toEqual([0]);
  });
});

describe("amax and amin", () => {
  test("share the gradient evenly along dimensions", () => {
    const x = tied();
    x.amax(1).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([
      [0, 0.5, 0.5],
      [0.3333333432674408, 0.3333333432674408, 0.3333333432674408],
    ]);
  });

  test("over several dimensions", () => {
    expect(tied().amin([0, 1], true).tolistSync()).toEqual([[1]]);
    const { min, max } = tied().aminmax({ dim: 1 });
    expect(min.tolistSync()).toEqual([1, 2]);
    expect(max.tolistSync()).toEqual([3, 2]);
  });
});

describe("argmax and argmin", () => {
  test("count in row-major order of a view", () => {
    const x = torch.tensor([
      [1, 9, 2],
      [8, 3, 4],
    ]);
    expect(x.argmax().itemSync()).toBe(1);
    expect(x.t().argmax().itemSync()).toBe(2);
    expect(x.argmax(1, true).tolistSync()).toEqual([[1], [0]]);
  });

  test("of nothing and of bool are refused", () => {
    expect(() => torch.zeros([0]).argmax()).toThrow(
      "argmax(): Expected reduction dim to be specified for input.numel() == 0.",
    );
    expect(() => torch.tensor([true]).argmax()).toThrow(`"argmax_cpu" not implemented for 'Bool'`);
  });
});

describe("all, any, countNonzero", () => {
  test("give bool, of uint8 uint8", () => {
    expect(torch.tensor([1, 0]).all().dtype).toBe("bool");
    expect(torch.tensor([1, 0], { dtype: "uint8" }).any().dtype).toBe("uint8");
    expect(torch.tensor([Number.NaN]).all().itemSync()).toBe(true);
  });

  test("of nothing", () => {
    expect(torch.zeros([0]).all().itemSync()).toBe(true);
    expect(torch.zeros([0]).any().itemSync()).toBe(false);
    expect(torch.zeros([0]).countNonzero().itemSync()).toBe(0);
  });
});

test("aminmax of a tensor without dimensions keeps the one that is named, as PyTorch's", () => {
  expect(torch.aminmax(torch.tensor(3), { dim: 0, keepdim: true }).min.shape).toEqual([1]);
  expect(torch.aminmax(torch.tensor(3), { dim: 0 }).max.shape).toEqual([]);
  expect(() => torch.aminmax(torch.zeros([0]))).toThrow("cannot compute aminmax over an empty dimension");
  expect(() => torch.amax(torch.zeros([2, 0]), -1)).toThrow("Expected reduction dim -1 to have non-zero size.");
});
