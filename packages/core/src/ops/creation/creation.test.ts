import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

describe("tensor", () => {
  test("the data decides the dtype", () => {
    const dtypes: [torch.TensorData, torch.DType][] = [
      [1, "float32"],
      [[1, 2], "float32"],
      [[1n, 2n], "int64"],
      [[true, false], "bool"],
      [[true, 2n], "int64"],
      [[1n, 0.5], "float32"],
      [torch.float(1), "float32"],
      [[], "float32"],
      [new Int32Array(2), "int32"],
      [new Uint8Array(2), "uint8"],
      [new Float64Array(2), "float64"],
      [[new Int8Array(2), new Int8Array(2)], "int8"],
    ];
    for (const [data, dtype] of dtypes) expect(torch.tensor(data).dtype).toBe(dtype);
  });

  test("nesting gives the shape", () => {
    expect(torch.tensor(3).shape).toEqual([]);
    expect(torch.tensor([[[1], [2]]]).shape).toEqual([1, 2, 1]);
    expect(torch.tensor([[], []]).shape).toEqual([2, 0]);
    expect(() => torch.tensor([[1, 2], [3]])).toThrow("expected sequence of length 2 at dim 1 (got 1)");
    expect(() => torch.tensor([[1], 2])).toThrow("not a sequence");
    expect(() => torch.tensor([1, [2]])).toThrow("must be real number, not list");
    expect(() => torch.tensor(["a"] as unknown as number[])).toThrow("too many dimensions 'str'");
  });

  test("lists of numbers, and of what else stands for numbers", () => {
    const lists = (items: unknown): unknown => torch.tensor(items as number[], { dtype: "float32" }).tolistSync();
    expect(
      lists([
        [0.5, 2],
        [3n, 4],
        [5, true],
        [torch.float(6), -0],
      ]),
    ).toEqual([
      [0.5, 2],
      [3, 4],
      [5, 1],
      [6, -0],
    ]);
    expect(lists([Float64Array.of(0.1, 1e300), Int8Array.of(-1, 1)])).toEqual([
      [Math.fround(0.1), Infinity],
      [-1, 1],
    ]);
    // biome-ignore lint/suspicious/noSparseArray: this is what is refused
    expect(() => lists([1, , 3])).toThrow("must be real number, not undefined");
    expect(() =>
      lists([
        [1, 2],
        [3, "4"],
      ]),
    ).toThrow("too many dimensions 'str'");
  });

  test("numbers are converted", () => {
    expect(torch.tensor([1.9, -1.9], { dtype: "int32" }).tolistSync()).toEqual([1, -1]);
    expect(torch.tensor([0, -0, 2, Number.NaN], { dtype: "bool" }).tolistSync()).toEqual([false, false, true, true]);
    expect(torch.tensor([0.1], { dtype: "float16" }).itemSync()).toBe(0.0999755859375);
    expect(torch.tensor(2n ** 53n + 1n).itemSync()).toBe(2n ** 53n + 1n);
    expect(torch.tensor([-1, 2.9], { dtype: "uint8" }).tolistSync()).toEqual([255, 2]);
    for (const [value, dtype] of [
      [Number.NaN, "int64"],
      [300, "uint8"],
      [2 ** 40, "int32"],
      [-129, "int8"],
    ] as const)
      expect(() => torch.tensor([value], { dtype })).toThrow(
        `value cannot be converted to type ${dtype} without overflow`,
      );
  });

  test("typed arrays are copied, unless they are given away", () => {
    const array = new Float32Array([1, 2]);
    const copied = torch.tensor(array);
    const shared = torch.fromTypedArray(array);
    array[0] = 5;
    expect(copied.tolistSync()).toEqual([1, 2]);
    expect(shared.tolistSync()).toEqual([5, 2]);
    expect(() => torch.tensor(new Uint32Array(1))).toThrow("there is no dtype of a Uint32Array's elements");
    expect(torch.tensor(new Uint32Array([7]), { dtype: "int64" }).tolistSync()).toEqual([7]);
  });

  test("only floats require gradients", () => {
    expect(torch.tensor([1], { requiresGrad: true }).requiresGrad).toBe(true);
    expect(() => torch.tensor([1n], { requiresGrad: true })).toThrow(
      "Only Tensors of floating point and complex dtype can require gradients",
    );
  });
});

describe("fills", () => {
  test("shapes come as a list or as numbers", () => {
    expect(torch.zeros(2, 3).shape).toEqual([2, 3]);
    expect(torch.ones([2, 3], { dtype: "int8" }).tolistSync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(torch.zeros(2, { dtype: "bool" }).tolistSync()).toEqual([false, false]);
    expect(torch.zeros([]).itemSync()).toBe(0);
    expect(() => torch.zeros(2, -1)).toThrow("Trying to create tensor with negative dimension -1: [2, -1]");
  });

  test("the value decides the dtype, and must fit", () => {
    expect(torch.full([2], 1).dtype).toBe("int64");
    expect(torch.full([2], torch.float(1)).dtype).toBe("float32");
    expect(torch.full([2], true).dtype).toBe("bool");
    expect(torch.full([1], -1, { dtype: "uint8" }).itemSync()).toBe(255);
    expect(torch.full([1], 2.9, { dtype: "int64" }).itemSync()).toBe(2);
    expect(() => torch.full([1], 300, { dtype: "uint8" })).toThrow(
      "value cannot be converted to type uint8_t without overflow",
    );
  });

  test("a value is an argument: another one runs the same program", () => {
    torch.full([3], 1.5).tolistSync();
    const before = torch.deviceStatistics("cpu").compilations;
    expect(torch.full([3], 2.5).tolistSync()).toEqual([2.5, 2.5, 2.5]);
    expect(torch.deviceStatistics("cpu").compilations).toBe(before);
  });

  test("like another tensor", () => {
    const x = torch.tensor([[1n, 2n]]);
    expect(torch.onesLike(x).dtype).toBe("int64");
    expect(torch.onesLike(x, { dtype: "float32" }).dtype).toBe("float32");
    expect(x.newFull([2], 3).tolistSync()).toEqual([3, 3]);
    expect(x.newZeros(3).tolistSync()).toEqual([0, 0, 0]);
    const y = torch.ones(2, 2);
    expect(y.fill_(7)).toBe(y);
    expect(y.tolistSync()).toEqual([
      [7, 7],
      [7, 7],
    ]);
    expect(y.zero_().sum().itemSync()).toBe(0);
  });
});

describe("ranges", () => {
  test("arange", () => {
    expect(torch.arange(3).dtype).toBe("int64");
    expect(torch.arange(torch.float(3)).dtype).toBe("float32");
    expect(torch.arange(1, 2.5, 0.5).tolistSync()).toEqual([1, 1.5, 2]);
    expect(torch.arange(5, 0, -2).tolistSync()).toEqual([5, 3, 1]);
    expect(torch.arange(0, 3, { dtype: "float64" }).tolistSync()).toEqual([0, 1, 2]);
    expect(() => torch.arange(0, 1, 0)).toThrow("step must be nonzero");
    expect(() => torch.arange(1, 0)).toThrow("upper bound and larger bound inconsistent with step sign");
    expect(() => torch.arange(Number.POSITIVE_INFINITY)).toThrow("unsupported range");
  });

  test("linspace and logspace end where they should", () => {
    expect(torch.linspace(0, 1, 5).tolistSync()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(torch.linspace(3, 10, 1).tolistSync()).toEqual([3]);
    expect(torch.linspace(0, 0.1, 7).tolistSync()).toSatisfy((x: number[]) => x[6] === Math.fround(0.1));
    expect(torch.logspace(-2, 2, 5).tolistSync()).toEqual([Math.fround(0.01), Math.fround(0.1), 1, 10, 100]);
    expect(torch.logspace(0, 3, 4, 2).tolistSync()).toEqual([1, 2, 4, 8]);
    expect(() => torch.linspace(0, 1, -1)).toThrow("number of steps must be non-negative");
  });

  test("identities and triangles", () => {
    expect(torch.eye(2, 3).tolistSync()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(torch.trilIndices(3, 2, -1).tolistSync()).toEqual([
      [1, 2, 2],
      [0, 0, 1],
    ]);
    expect(torch.triuIndices(2, 2, 5).shape).toEqual([2, 0]);
  });
});

test("numbers that a dtype does not hold", () => {
  expect(() => torch.full([2], 1e10, { dtype: "float16" })).toThrow("to type at::Half without overflow");
  expect(() => torch.full([2], torch.float(1e300))).toThrow("value cannot be converted to type float without overflow");
  expect(torch.full([1], Number.POSITIVE_INFINITY, { dtype: "float16" }).itemSync()).toBe(Number.POSITIVE_INFINITY);
  expect(() => torch.full([2], -1.5, { dtype: "uint8" })).toThrow("to type uint8_t without overflow");
  expect(torch.full([1], -1, { dtype: "uint8" }).itemSync()).toBe(255);
  expect(() => torch.arange(0, Number.NaN, 1, { dtype: "int32" })).toThrow("to type int64_t without overflow");
});

test("windows and triangles by name", () => {
  expect(torch.hannWindow(3, { periodic: false }).tolistSync()).toEqual([0, 1, 0]);
  expect(torch.trilIndices(2, 2, { offset: -1 }).tolistSync()).toEqual([[1], [0]]);
});
