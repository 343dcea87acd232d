import { afterEach, describe, expect, test } from "vitest";
import type { DType } from "../dtype/dtype.ts";
import type { PrintedTensor, PrintOptions, PrintProfile } from "./format.ts";
import { formatTensor, getPrintOptions, setPrintoptions } from "./format.ts";

// Expected texts are PyTorch's, recorded from 1.13.

afterEach(() => setPrintoptions({ profile: "default" }));

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const float32 = (...values: number[]) => Float32Array.from(values);
const range = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

function vector(data: ArrayLike<number | bigint>, dtype: DType = "float32", more: Partial<PrintedTensor> = {}): string {
  return formatTensor({ data, shape: [data.length], dtype, ...more });
}

function scalar(value: number | bigint, dtype: DType = "float32"): string {
  return formatTensor({ data: dtype === "float32" ? float32(Number(value)) : [value], shape: [], dtype });
}

describe("0-d", () => {
  test.each<[number, string]>([
    [1, "tensor(1.)"],
    [1.5, "tensor(1.5000)"],
    [-0.25, "tensor(-0.2500)"],
    [1e-5, "tensor(1.0000e-05)"],
    [1e10, "tensor(1.0000e+10)"],
    [123456.7891, "tensor(123456.7891)"],
    [-0, "tensor(-0.)"],
    [nan, "tensor(nan)"],
    [inf, "tensor(inf)"],
    [-inf, "tensor(-inf)"],
    [99999, "tensor(99999.)"],
    [1e8, "tensor(100000000.)"],
    // The float32 next to 1e-4 lies below it, the float64 does not.
    [1e-4, "tensor(1.0000e-04)"],
  ])("%d", (value, text) => {
    expect(scalar(value)).toBe(text);
  });

  test("other dtypes", () => {
    expect(scalar(-7n, "int64")).toBe("tensor(-7)");
    expect(scalar(1, "bool")).toBe("tensor(True)");
    expect(scalar(3, "int32")).toBe("tensor(3, dtype=torch.int32)");
    expect(scalar(2.5, "float64")).toBe("tensor(2.5000, dtype=torch.float64)");
  });
});

describe("notation and width of floats", () => {
  test.each<[number[], string]>([
    [[1, 2, 3], "tensor([1., 2., 3.])"],
    [[0.1, 0.22, 0.333], "tensor([0.1000, 0.2200, 0.3330])"],
    [[1.5, -2.25, 100], "tensor([  1.5000,  -2.2500, 100.0000])"],
    [[1e-3, 1, 1000], "tensor([1.0000e-03, 1.0000e+00, 1.0000e+03])"],
    [[1e8, 1], "tensor([1.0000e+08, 1.0000e+00])"],
    [[12345678.5, 1.5], "tensor([1.2346e+07, 1.5000e+00])"],
    [[nan, 1], "tensor([nan, 1.])"],
    [[inf, -1.5, 2], "tensor([    inf, -1.5000,  2.0000])"],
    [[nan, inf, -inf], "tensor([nan, inf, -inf])"],
    [[-0, 0], "tensor([-0., 0.])"],
    [[1000, 10000], "tensor([ 1000., 10000.])"],
    [[1e5, 1], "tensor([1.0000e+05, 1.0000e+00])"],
    [[1e5, 2e5, 3e5], "tensor([100000., 200000., 300000.])"],
    [[1234567, 7654321], "tensor([1234567., 7654321.])"],
    [[1e20, 2e20], "tensor([1.0000e+20, 2.0000e+20])"],
    [[1e38, 1e-38], "tensor([1.0000e+38, 1.0000e-38])"],
    [[-1, 1, -10.5], "tensor([ -1.0000,   1.0000, -10.5000])"],
    [[-0.0004, 0.0114, 0.011], "tensor([-0.0004,  0.0114,  0.0110])"],
  ])("%j", (values, text) => {
    expect(vector(float32(...values))).toBe(text);
  });
});

test("integers and booleans", () => {
  expect(vector([1n, -100n, 1000n], "int64")).toBe("tensor([   1, -100, 1000])");
  expect(vector([-(2n ** 63n), 0n], "int64")).toBe("tensor([-9223372036854775808,                    0])");
  expect(vector([1, 0], "bool")).toBe("tensor([ True, False])");
  expect(vector([1, 200], "uint8")).toBe("tensor([  1, 200], dtype=torch.uint8)");
});

test("dimensions are separated by as many newlines as they enclose", () => {
  expect(formatTensor({ data: [-437, 957, 658, -337, 112, 971], shape: [2, 3], dtype: "int64" })).toBe(
    "tensor([[-437,  957,  658],\n        [-337,  112,  971]])",
  );
  const data = float32(-1.9518, -0.8603, -0.383, 0.8845, -1.2489, -0.0952, 0.0896, -1.5028);
  expect(formatTensor({ data, shape: [2, 2, 1, 2], dtype: "float32" })).toBe(
    [
      "tensor([[[[-1.9518, -0.8603]],",
      "",
      "         [[-0.3830,  0.8845]]],",
      "",
      "",
      "        [[[-1.2489, -0.0952]],",
      "",
      "         [[ 0.0896, -1.5028]]]])",
    ].join("\n"),
  );
});

test("long lines are wrapped", () => {
  expect(vector(range(40), "int64")).toBe(
    [
      "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,",
      "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,",
      "        36, 37, 38, 39])",
    ].join("\n"),
  );
  setPrintoptions({ linewidth: 20 });
  expect(vector(range(6), "int64")).toBe("tensor([0, 1, 2, 3,\n        4, 5])");
});

test("empty tensors tell what their elements cannot", () => {
  const empty = (shape: number[], dtype: DType) => formatTensor({ data: [], shape, dtype });
  expect(empty([0], "float32")).toBe("tensor([])");
  expect(empty([2, 0, 4], "float32")).toBe("tensor([], size=(2, 0, 4))");
  expect(empty([0, 2], "int64")).toBe("tensor([], size=(0, 2), dtype=torch.int64)");
  expect(empty([0], "bool")).toBe("tensor([], dtype=torch.bool)");
});

describe("summaries", () => {
  test("from more than 1000 elements on", () => {
    expect(vector(range(1001), "int64")).toBe("tensor([   0,    1,    2,  ...,  998,  999, 1000])");
    expect(vector(range(1000), "int64")).not.toContain("...");
    expect(vector(float32(...range(1500)))).toBe(
      "tensor([0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.4970e+03, 1.4980e+03,\n        1.4990e+03])",
    );
  });

  test("in every long dimension, measuring only what is shown", () => {
    const data = range(1200);
    data[15] = -123456789;
    expect(formatTensor({ data, shape: [40, 30], dtype: "int64" })).toBe(
      [
        "tensor([[   0,    1,    2,  ...,   27,   28,   29],",
        "        [  30,   31,   32,  ...,   57,   58,   59],",
        "        [  60,   61,   62,  ...,   87,   88,   89],",
        "        ...,",
        "        [1110, 1111, 1112,  ..., 1137, 1138, 1139],",
        "        [1140, 1141, 1142,  ..., 1167, 1168, 1169],",
        "        [1170, 1171, 1172,  ..., 1197, 1198, 1199]])",
      ].join("\n"),
    );
    expect(formatTensor({ data: new Float32Array(1100).fill(1), shape: [1, 1, 1100], dtype: "float32" })).toBe(
      "tensor([[[1., 1., 1.,  ..., 1., 1., 1.]]])",
    );
  });

  test("follow threshold and edgeitems", () => {
    setPrintoptions({ edgeitems: 2, threshold: 10 });
    expect(vector(range(12), "int64")).toBe("tensor([ 0,  1,  ..., 10, 11])");
    setPrintoptions({ edgeitems: 1, threshold: 0 });
    expect(vector(range(12), "int64")).toBe("tensor([ 0,  ..., 11])");
    const data = float32(-1.3429, 0, 1.1372, 0, 0, 0, -0.6205, 0, 0.9391);
    expect(formatTensor({ data, shape: [3, 3], dtype: "float32" })).toBe(
      "tensor([[-1.3429,  ...,  1.1372],\n        ...,\n        [-0.6205,  ...,  0.9391]])",
    );
  });
});

describe("suffixes", () => {
  test("gradients", () => {
    expect(vector([1, 2], "float64", { requiresGrad: true })).toBe(
      "tensor([1., 2.], dtype=torch.float64, requires_grad=True)",
    );
    expect(vector([2, 4, 8], "float32", { requiresGrad: true, gradFn: "MulBackward0" })).toBe(
      "tensor([2., 4., 8.], grad_fn=<MulBackward0>)",
    );
    expect(vector([1, 2], "float32", { requiresGrad: true, parameter: true })).toBe(
      "Parameter containing:\ntensor([1., 2.], requires_grad=True)",
    );
  });

  test("the default dtype goes without saying", () => {
    expect(vector([1.5], "float64", { defaultDtype: "float64" })).toBe("tensor([1.5000])");
    expect(vector([1.5], "float32", { defaultDtype: "float64" })).toBe("tensor([1.5000], dtype=torch.float32)");
  });

  test("begin a line of their own where the last one is full", () => {
    const data = float32(-0.0976, -0.3571, -0.368, -0.5049, -0.3781, 2.14);
    expect(vector(data, "float32", { gradFn: "ViewBackward0" })).toBe(
      "tensor([-0.0976, -0.3571, -0.3680, -0.5049, -0.3781,  2.1400],\n       grad_fn=<ViewBackward0>)",
    );
  });
});

describe("options", () => {
  const data = float32(-15.00861168, 3.45529246, 19.29584694, -0.38629329, -12.1505003, -26.65206718);
  const cases: [Partial<PrintOptions> & { profile?: PrintProfile }, string, string][] = [
    [{ precision: 2 }, "[[-15.01,   3.46,  19.30],", "[1.00e-06, 1.00e+00]"],
    [{ precision: 8 }, "[[-15.00861168,   3.45529246,  19.29584694],", "[9.99999997e-07, 1.00000000e+00]"],
    [{ precision: 0 }, "[[-15,   3,  19],", "[1e-06, 1e+00]"],
    [{ sciMode: true }, "[[-1.5009e+01, 3.4553e+00, 1.9296e+01],", "[1.0000e-06, 1.0000e+00]"],
    [{ sciMode: false }, "[[-15.0086,   3.4553,  19.2958],", "[    0.0000,     1.0000]"],
    [{ profile: "short" }, "[[-15.01,   3.46,  19.30],", "[1.00e-06, 1.00e+00]"],
    [{ profile: "full" }, "[[-15.0086,   3.4553,  19.2958],", "[1.0000e-06, 1.0000e+00]"],
  ];

  test.each(cases)("%j", (options, firstRow, small) => {
    setPrintoptions(options);
    expect(formatTensor({ data, shape: [2, 3], dtype: "float32" }).split("\n")[0]).toBe(`tensor(${firstRow}`);
    expect(vector(float32(1e-6, 1))).toBe(`tensor(${small})`);
  });

  test("can be given for one call", () => {
    const options = { ...getPrintOptions(), precision: 1 };
    expect(formatTensor({ data: [0.25], shape: [1], dtype: "float32" }, options)).toBe("tensor([0.2])");
  });
});
