import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const matrix = (): torch.Tensor =>
  torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

describe("dimensions", () => {
  test("none, one, several, negative, kept", () => {
    const x = torch.ones([2, 3, 4]);
    expect(x.sum().itemSync()).toBe(24);
    expect(x.sum(1).shape).toEqual([2, 4]);
    expect(x.sum([0, -1]).tolistSync()).toEqual([8, 8, 8]);
    expect(x.sum([0, -1], true).shape).toEqual([1, 3, 1]);
    expect(x.sum([]).shape).toEqual([]);
  });

  test("arguments in their places, by name, or mixed", () => {
    const x = matrix();
    const forms = [x.sum(1, true), x.sum(1, { keepdim: true }), x.sum({ dim: 1, keepdim: true })];
    for (const form of forms) expect(form.tolistSync()).toEqual([[6], [15]]);
  });

  test("that do not exist, or come twice", () => {
    expect(() => matrix().sum(2)).toThrow("Dimension out of range (expected to be in range of [-2, 1], but got 2)");
    expect(() => matrix().sum([0, -2])).toThrow("dim 0 appears multiple times in the list of dims");
  });

  test("of a tensor of no dimension", () => {
    expect(torch.tensor(3).sum(0).itemSync()).toBe(3);
    expect(torch.tensor(3).mean(-1, true).shape).toEqual([]);
  });
});

describe("dtypes", () => {
  test("integers and bool sum to int64, exactly", () => {
    const big = torch.tensor([9007199254740992n, 1n, 1n]);
    expect(big.sum().dataSync()).toEqual(BigInt64Array.of(9007199254740994n));
    expect(torch.tensor([true, true]).sum().dtype).toBe("int64");
    expect(torch.tensor([200, 100], { dtype: "uint8" }).sum().itemSync()).toBe(300);
  });

  test("float16 accumulates in float32 and rounds once", () => {
    const x = torch.full([4096], 1, { dtype: "float16" });
    expect(x.sum().dtype).toBe("float16");
    expect(x.sum().itemSync()).toBe(4096);
    expect(x.sum({ dtype: "float32" }).dtype).toBe("float32");
  });

  test("dtype converts first", () => {
    expect(torch.tensor([0.6, 0.6]).sum({ dtype: "int32" }).itemSync()).toBe(0);
    expect(torch.tensor([1, 2], { dtype: "int64" }).mean({ dtype: "float64" }).itemSync()).toBe(1.5);
  });

  test("the mean of integers is refused", () => {
    expect(() => torch.tensor([1], { dtype: "int64" }).mean()).toThrow(
      "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long",
    );
    expect(() => torch.tensor([1]).mean({ dtype: "int32" })).toThrow("Optional dtype must be");
  });
});

describe("nothing and not-a-number", () => {
  test("of no elements: 0, NaN, 1", () => {
    const none = torch.zeros([0, 2]);
    expect(none.sum(0).tolistSync()).toEqual([0, 0]);
    expect(none.mean(0).tolistSync()).toEqual([Number.NaN, Number.NaN]);
    expect(none.prod().itemSync()).toBe(1);
  });

  test("nansum and nanmean leave NaN out", () => {
    const x = torch.tensor([1, Number.NaN, 5], { requiresGrad: true });
    expect(x.nansum().itemSync()).toBe(6);
    const mean = x.nanmean();
    expect(mean.itemSync()).toBe(3);
    mean.backward();
    expect(x.grad?.tolistSync()).toEqual([0.5, 0, 0.5]);
  });
});

describe("prod", () => {
  const gradient = (values: number[]): unknown => {
    const x = torch.tensor(values, { requiresGrad: true });
    x.prod().backward();
    return x.grad?.tolistSync();
  };

  test("has a gradient where elements are 0", () => {
    expect(gradient([2, 3, 4])).toEqual([12, 8, 6]);
    expect(gradient([2, 0, 4])).toEqual([0, 8, 0]);
    expect(gradient([0, 0, 4])).toEqual([0, 0, 0]);
  });

  test("along a dimension", () => {
    expect(matrix().prod(0).tolistSync()).toEqual([4, 10, 18]);
    expect(torch.tensor([2, 3], { dtype: "int8" }).prod().dtype).toBe("int64");
  });
});

test("sumToSize undoes broadcasting", () => {
  expect(matrix().sumToSize(1, 3).tolistSync()).toEqual([[5, 7, 9]]);
  expect(matrix().to("int32").sumToSize(1, 3).dtype).toBe("int64");
  expect(matrix().to("int32").sumToSize(2, 3).dtype).toBe("int32");
  expect(() => matrix().sumToSize([4])).toThrow("size {[4]} is not expandable to size {[2, 3]}.");
});

test("the names of the backward nodes", () => {
  const x = torch.ones([2, 2], { requiresGrad: true });
  expect(x.sum().gradFn?.name).toBe("SumBackward0");
  expect(x.sum(0).gradFn?.name).toBe("SumBackward1");
  expect(x.mean(0).gradFn?.name).toBe("MeanBackward1");
});

test("sums without NaN keep to floats", () => {
  expect(() => torch.nansum(torch.ones([2]), 0, false, { dtype: "int64" })).toThrow(
    "\"nansum_cpu\" not implemented for 'Long'",
  );
  expect(torch.nansum(torch.tensor([2n, 3n])).itemSync()).toBe(5);
  expect(() => torch.nanmean(torch.tensor([2n]))).toThrow("expected input to have floating point dtype but got Long");
});

test("a mean of nothing has a gradient that is NaN", () => {
  const x = torch.tensor([
    [Number.NaN, Number.NaN],
    [1, Number.NaN],
  ]);
  x.requiresGrad_().nanmean(1).sum().backward();
  expect(x.grad?.tolistSync()).toEqual([
    [Number.NaN, Number.NaN],
    [1, 0],
  ]);
  expect(torch.ones([], { dtype: "uint8" }).sumToSize([]).dtype).toBe("int64");
});
