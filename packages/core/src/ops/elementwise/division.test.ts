import { beforeAll, describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { div, floorDivide, fmod, rdiv, remainder } from "./division.ts";

beforeAll(useCpu);

const inf = Number.POSITIVE_INFINITY;
const longs = (...values: number[]): Tensor => tensor(values.map(BigInt));
const floor = { roundingMode: "floor" } as const;
const trunc = { roundingMode: "trunc" } as const;

describe("integers", () => {
  test("true division gives floats, rounded division integers", () => {
    expect(div(longs(-7, 7), 2).tolistSync()).toEqual([-3.5, 3.5]);
    expect(div(longs(-7, 7), 2, floor).tolistSync()).toEqual([-4, 3]);
    expect(div(longs(-7, 7), 2, trunc).tolistSync()).toEqual([-3, 3]);
    expect(div(longs(-7, 7), -2, floor).tolistSync()).toEqual([3, -4]);
    expect(div(longs(7), 2, floor).dtype).toBe("int64");
  });

  test("remainder has the divisor's sign, fmod the dividend's", () => {
    expect(remainder(longs(-7, 7), 3).tolistSync()).toEqual([2, 1]);
    expect(remainder(longs(-7, 7), -3).tolistSync()).toEqual([-1, -2]);
    expect(fmod(longs(-7, 7), -3).tolistSync()).toEqual([-1, 1]);
  });

  test("a zero divisor is an error: at the call if it is a number, at evaluation if it is in a tensor", () => {
    expect(() => floorDivide(longs(1), 0)).toThrow("ZeroDivisionError");
    const pending = remainder(longs(1, 1), longs(2, 0));
    expect(() => pending.tolistSync()).toThrow("ZeroDivisionError");
    expect(div(longs(1, -1), 0).tolistSync()).toEqual([inf, -inf]);
  });
});

describe("floats", () => {
  test("floor division follows the exact remainder", () => {
    // 1 / 0.1 rounds to 10, but 0.1 is a little more than a tenth.
    expect(div(tensor([1], { dtype: "float64" }), 0.1, floor).tolistSync()).toEqual([9]);
    expect(floorDivide(tensor([-1, 1, 5, -5]), tensor([inf, -inf, 0, 0])).tolistSync()).toEqual([-1, -1, inf, -inf]);
    expect(Object.is(floorDivide(tensor([-0]), 2).itemSync(), -0)).toBe(true);
  });

  test("remainders at infinities and zeros", () => {
    expect(remainder(tensor([-1, 1, inf, 5]), tensor([inf, inf, 2, 0])).tolistSync()).toEqual([inf, 1, NaN, NaN]);
    expect(fmod(tensor([-1, 1]), inf).tolistSync()).toEqual([-1, 1]);
  });

  test("gradients", () => {
    const a = tensor([7, -7], { requiresGrad: true });
    const b = tensor([2, 2], { requiresGrad: true });
    remainder(a, b).sum().backward();
    expect(a.grad?.tolistSync()).toEqual([1, 1]);
    expect(b.grad?.tolistSync()).toEqual([-3, 4]);
    const c = tensor([7, -7], { requiresGrad: true });
    div(c, b, floor).sum().backward();
    expect(c.grad?.tolistSync()).toEqual([0, 0]);
    expect(floorDivide(c, b).requiresGrad).toBe(false);
  });
});

test("rdiv multiplies with the reciprocal", () => {
  const x = tensor([3, 0]);
  expect(rdiv(x, 2).tolistSync()).toEqual([Math.fround(2 * Math.fround(1 / 3)), inf]);
});

test("bool is refused by the rounded divisions", () => {
  const b = tensor([true]);
  expect(div(b, b).dtype).toBe("float32");
  expect(() => div(b, b, floor)).toThrow("\"div_floor_cpu\" not implemented for 'Bool'");
  expect(() => remainder(b, b)).toThrow("not implemented for 'Bool'");
  expect(() => div(tensor([1]), 2, { roundingMode: "up" as "floor" })).toThrow("but found 'up'");
});

test("integers become floats one by one", () => {
  const bytes = tensor([5, 6], { dtype: "uint8" });
  expect(div(bytes, tensor(-2n)).tolistSync()).toEqual([-2.5, -3]);
  expect(div(bytes, -2).tolistSync()).toEqual([-2.5, -3]);
  expect(div(bytes, 300).tolistSync()).toEqual(div(tensor([5, 6]), 300).tolistSync());
});
