import { cpu } from "@cresset/backend-cpu";
import { autograd, deviceNames, onesLike, registerBackend, rrelu, stack, type Tensor, tensor } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as F from "./activation.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

const inf = Number.POSITIVE_INFINITY;

function slopes(f: (x: Tensor) => Tensor, at: number[]): unknown {
  const x = tensor(at, { dtype: "float64", requiresGrad: true });
  f(x).sum().backward();
  return x.grad?.tolistSync();
}

const double = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });
const close = (...values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 12));

test("elu, its alpha by place or by name, and its slope from the saved input", () => {
  expect(F.elu(double(-1, 2)).tolistSync()).toEqual(close(Math.expm1(-1), 2));
  expect(F.elu(double(-1, 2), 0.5).tolistSync()).toEqual(F.elu(double(-1, 2), { alpha: 0.5 }).tolistSync());
  expect(slopes(F.elu, [-30, 0, 1])).toEqual([expect.closeTo(Math.exp(-30), 26), 1, 1]);
  expect(() => F.elu(tensor([1n]))).toThrow("\"elu_cpu\" not implemented for 'Long'");
});

test("in place, the slopes are those of copies", () => {
  const at = [-4, -0.5, 0.3, 2, 7];
  const activations: ((x: Tensor, inplace: boolean) => Tensor)[] = [
    F.relu,
    (x, inplace) => F.relu6(x, inplace),
    (x, inplace) => F.leakyRelu(x, { negativeSlope: 0.2, inplace }),
    (x, inplace) => F.elu(x, { inplace }),
    F.selu,
    (x, inplace) => F.celu(x, { inplace }),
    (x, inplace) => F.hardtanh(x, { inplace }),
    F.hardsigmoid,
    F.hardswish,
    F.silu,
    F.mish,
    (x, inplace) => F.threshold(x, 0.1, -1, inplace),
    (x, inplace) => rrelu(x, { inplace }),
  ];
  for (const activation of activations) {
    const want = slopes((x) => activation(x.mul(1), false), at);
    expect(slopes((x) => activation(x.mul(1), true), at)).toEqual(want);
  }
});

test("in place, the input itself is returned", () => {
  const x = tensor([-1, 2]);
  expect(F.relu(x, true)).toBe(x);
  expect(x.tolistSync()).toEqual([0, 2]);
  expect(F.hardtanh(x, { maxVal: 1, inplace: true })).toBe(x);
  expect(x.tolistSync()).toEqual([0, 1]);
});

test("gelu and its approximation", () => {
  expect(F.gelu(double(0, 1, -1)).tolistSync()).toEqual(close(0, 0.841344746068543, -0.158655253931457));
  const approximate = F.gelu(double(1), { approximate: "tanh" }).itemSync();
  expect(approximate).toBeCloseTo(0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * 1.044715)), 12);
  expect(() => F.gelu(double(1), { approximate: "relu" as "tanh" })).toThrow(
    "approximate argument must be either none or tanh.",
  );
});

describe("smooth functions far from 0", () => {
  test("softplus is the identity above its threshold", () => {
    expect(F.softplus(double(-1000, 0, 21)).tolistSync()).toEqual(close(0, Math.LN2, 21));
    expect(F.softplus(double(1), { beta: 2, threshold: 1 }).itemSync()).toBe(1);
    expect(slopes(F.softplus, [-1000, 0, 1000])).toEqual([0, 0.5, 1]);
  });

  test("logsigmoid neither overflows nor cancels", () => {
    expect(F.logsigmoid(double(-1000, 0, 50)).tolistSync()).toEqual([-1000, ...close(-Math.LN2), -Math.exp(-50)]);
    expect(slopes(F.logsigmoid, [-1000, 0, 1000])).toEqual([1, 0.5, 0]);
  });

  test("silu and mish", () => {
    expect(F.silu(double(-1000, 0, 1000)).tolistSync()).toEqual([-0, 0, 1000]);
    expect(F.mish(double(-1000, 0, 1000)).tolistSync()).toEqual([-0, 0, 1000]);
    expect(slopes(F.mish, [0, 1000])).toEqual([...close(0.6), 1]);
  });
});

/** The second derivative, by default of float32. */
function curvature(f: (x: Tensor) => Tensor, at: number[], dtype: "float32" | "float64" = "float32"): unknown {
  const x = tensor(at, { dtype, requiresGrad: true });
  const [slope] = autograd.grad(f(x).sum(), [x], { createGraph: true });
  return autograd.grad(slope.sum(), [x])[0].tolistSync();
}

describe("second derivatives of smooth functions", () => {
  test("are finite far from 0, where exponentials overflow", () => {
    const zeros = [-1000, -200, 200, 1000].map(() => expect.closeTo(0, 30));
    const functions = [F.silu, F.mish, F.softplus, F.logsigmoid, (x: Tensor) => F.softplus(x, 2, 50)];
    const gate = (x: Tensor): Tensor => F.glu(stack([onesLike(x), x]), 0);
    for (const f of [...functions, gate]) {
      expect(curvature(f, [-1000, -200, 200, 1000])).toEqual(zeros);
      expect(curvature(f, [-1000, -750, 750, 1000], "float64")).toEqual(zeros);
    }
    const e = Math.exp(-60);
    expect(curvature(F.silu, [-60, -89], "float64")).toEqual([expect.closeTo(-58 * e, 36), expect.closeTo(0, 36)]);
  });

  test("are PyTorch's near 0", () => {
    expect(curvature(F.logsigmoid, [-0, 0])).toEqual([-0.25, -0.25]);
    expect(curvature(F.softplus, [0])).toEqual([0.25]);
    expect(curvature(F.silu, [0])).toEqual([0.5]);
    expect(curvature(F.mish, [0], "float64")).toEqual(close(0.64));
    const s = 1 / (1 + Math.exp(-2));
    expect(curvature(F.logsigmoid, [-2, 2], "float64")).toEqual(close(-s * (1 - s), -s * (1 - s)));
  });

  test("of exponential rectifiers are 0 above 0", () => {
    const rectifiers = [F.elu, (x: Tensor) => F.elu(x, 0.5), F.selu, F.celu, (x: Tensor) => F.celu(x, 0.5)];
    for (const f of rectifiers) expect(curvature(f, [1, 200])).toEqual([0, 0]);
    expect(curvature((x) => F.elu(x, 0.5), [-1], "float64")).toEqual(close(0.5 * Math.exp(-1)));
    expect(curvature((x) => F.celu(x, 0.5), [-1], "float64")).toEqual(close(2 * Math.exp(-2)));
  });
});

describe("piecewise functions at their kinks", () => {
  test("slopes", () => {
    expect(slopes(F.relu6, [0, 3, 6])).toEqual([0, 1, 0]);
    expect(slopes(F.hardtanh, [-1, 0, 1])).toEqual([0, 1, 0]);
    expect(slopes(F.hardsigmoid, [-3, 0, 3])).toEqual([0, Math.fround(1 / 6), 0]);
    expect(slopes(F.hardswish, [-4, 0, 3])).toEqual([0, 0.5, 1]);
    expect(slopes(F.softshrink, [-1, 0.5, 1])).toEqual([1, 0, 1]);
    expect(slopes((x) => F.leakyRelu(x, { negativeSlope: 0.2 }), [-1, 0, 1])).toEqual([0.2, 0.2, 1]);
  });

  test("values", () => {
    expect(F.hardswish(double(-4, 1, 4)).tolistSync()).toEqual([-0, ...close(4 / 6), 4]);
    expect(F.softshrink(double(-2, 0.3, 2)).tolistSync()).toEqual([-1.5, 0, 1.5]);
    expect(() => F.softshrink(double(1), -1)).toThrow("lambda must be greater or equal to 0, but found to be -1.");
    expect(F.hardswish(tensor([3.4e38])).itemSync()).toBe(inf);
  });
});

test("glu gates one half with the other", () => {
  const x = tensor([[2, 4, 0, 0]], { requiresGrad: true });
  const y = F.glu(x);
  expect(y.detach().tolistSync()).toEqual([[1, 2]]);
  y.sum().backward();
  expect(x.grad?.tolistSync()).toEqual([[0.5, 0.5, 0.5, 1]]);
  expect(() => F.glu(tensor([[1, 2, 3]]))).toThrow("Halving dimension must be even, but dimension 1 is size 3");
});

test("softmax and its relatives choose a dimension where none is given", () => {
  const x = tensor([
    [0, 0],
    [0, Math.log(3)],
  ]);
  expect(F.softmax(x).tolistSync()).toEqual(F.softmax(x, 1).tolistSync());
  expect(F.softmin(x, 1).tolistSync()).toEqual(F.softmax(x.neg(), { dim: 1 }).tolistSync());
  expect(F.logSoftmax(x, 1, { dtype: "float64" }).dtype).toBe("float64");
});

test("dtypes that PyTorch refuses", () => {
  const bool = tensor([true]);
  const bytes = tensor([1, 200], { dtype: "uint8" });
  expect(() => F.relu6(bool)).toThrow("Bool inputs not supported for hardtanh");
  expect(() => F.hardtanh(bytes)).toThrow("cannot do hardtanh on an unsigned type with negative limits");
  expect(F.relu6(bytes).tolistSync()).toEqual([1, 6]);
  expect(() => F.softsign(bool)).toThrow("\"abs_cpu\" not implemented for 'Bool'");
  expect(() => F.tanhshrink(bool)).toThrow("with a bool tensor is not supported");
  expect(() => F.threshold(bool, 0.1, 20)).toThrow("\"threshold_cpu\" not implemented for 'Bool'");
});
