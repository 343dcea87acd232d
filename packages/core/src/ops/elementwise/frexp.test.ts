import { wasm } from "@cresset/backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(async () => {
  await useCpu();
  await torch.registerBackend(wasm());
});

const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

describe.each(["cpu", "wasm"])("frexp on %s", (device) => {
  // PyTorch 1.13 gives the same.
  test("float32", () => {
    const x = torch.tensor([1, -0, 0, 0.75, -8, 2 ** 127 * 1.5, 2 ** -149, 2 ** -130, inf, nan, -inf], { device });
    const { mantissa, exponent } = torch.frexp(x);
    expect(mantissa.tolistSync()).toEqual([0.5, -0, 0, 0.75, -0.5, 0.75, 0.5, 0.5, inf, nan, -inf]);
    expect([exponent.dtype, exponent.tolistSync()]).toEqual(["int32", [1, 0, 0, 0, 4, 128, -148, -129, 0, 0, 0]]);
  });

  test("float64, at its ends", () => {
    const x = torch.tensor([Number.MAX_VALUE, Number.MIN_VALUE, 2 ** -1022, 3, 2 ** 512], { dtype: "float64", device });
    const { mantissa, exponent } = torch.frexp(x);
    expect(mantissa.tolistSync()).toEqual([1 - 2 ** -53, 0.5, 0.5, 0.75, 0.5]);
    expect(exponent.tolistSync()).toEqual([1024, -1073, -1021, 2, 513]);
  });
});

test("its derivative is that of the product with a power of two", () => {
  const x = torch.tensor([3, 0, -0.1]).requiresGrad_();
  const { mantissa } = x.frexp();
  mantissa.sum().backward();
  expect(x.grad?.tolistSync()).toEqual([0.25, 1, 8]);
  expect(() => torch.frexp(torch.tensor([1n]))).toThrow("torch.frexp() only supports floating-point dtypes");
});

test("functions of JavaScript, element by element", () => {
  expect(
    torch
      .ones(3)
      .apply_((x: number) => x * 2)
      .tolistSync(),
  ).toEqual([2, 2, 2]);
  expect(
    torch
      .arange(3)
      .apply_((x: bigint) => x - 1n)
      .tolistSync(),
  ).toEqual([-1, 0, 1]);
  expect(
    torch
      .ones(2, 3)
      .map_(torch.tensor([0, 1, 2]), (a: number, b: number) => a + b)
      .tolistSync(),
  ).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  const half = torch.tensor([0.5], { dtype: "float16" });
  expect(half.apply_((x: number) => x * 3).tolistSync()).toEqual([1.5]);
  const base = torch.zeros(4);
  base.narrow(0, 1, 2).apply_(() => 5);
  expect(base.tolistSync()).toEqual([0, 5, 5, 0]);
});

test("floatPower_ needs float64", () => {
  const x = torch.tensor([1, 2], { dtype: "float64" });
  expect(x.floatPower_(2).tolistSync()).toEqual([1, 4]);
  expect(() => torch.tensor([1, 2]).floatPower_(2)).toThrow(
    "the base given to float_power_ has dtype Float but the operation's result requires dtype Double",
  );
});

test("unravelIndex", () => {
  const x = torch.tensor([
    [1, 5],
    [9, 2],
    [3, 4],
  ]);
  expect(torch.unravelIndex(x.argmax(), x.shape).map((i) => i.itemSync())).toEqual([1, 0]);
  const [a, b, c] = torch.unravelIndex(torch.arange(24), [2, 3, 4]);
  expect(a.mul(12).add(b.mul(4)).add(c).tolistSync()).toEqual(torch.arange(24).tolistSync());
  expect(torch.unravelIndex(torch.tensor([5n]), 4)[0].tolistSync()).toEqual([1]);
  expect(() => torch.unravelIndex(torch.ones(1), [2])).toThrow("expected 'indices' to be an integer, but got Float");
  expect(() => torch.unravelIndex(torch.tensor([0n]), [-1])).toThrow("'shape' cannot have negative values");
});
