import { beforeAll, describe, expect, test } from "vitest";
import { autograd, type Tensor, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { bitwiseAnd, bitwiseLeftShift, bitwiseNot } from "./bitwise.ts";
import { equalSync } from "./closeness.ts";
import { eq, isfinite, isinf, isnan, lt } from "./comparison.ts";
import { logaddexp, logit, xlogy } from "./exponential.ts";
import { lerp } from "./interpolation.ts";
import { logicalAnd, logicalNot } from "./logical.ts";
import { pow } from "./power.ts";
import { frac, round, trunc } from "./rounding.ts";
import { abs, copysign, heaviside, ldexp, sign, signbit } from "./sign.ts";
import { digamma, polygamma } from "./special.ts";
import { deg2rad, hypot, sinc } from "./trigonometric.ts";
import { where } from "./where.ts";

beforeAll(useCpu);

const { grad } = autograd;
const inf = Number.POSITIVE_INFINITY;
const list = (x: Tensor): unknown => x.tolistSync();

describe("functions of two numbers", () => {
  test("logaddexp at infinities and far apart", () => {
    const a = tensor([inf, -inf, -inf, 1000, 0]);
    const b = tensor([inf, -inf, 1, 1000, -30]);
    const far = Math.fround(Math.exp(-30));
    expect(list(logaddexp(a, b))).toEqual([inf, -inf, 1, Math.fround(1000 + Math.LN2), far]);
    expect(() => logaddexp(tensor([1n]), tensor([1n]))).toThrow("not implemented for 'Long'");
  });

  test("hypot neither overflows nor underflows", () => {
    const a = tensor([3e38, 3e-38, 0, inf, NaN]);
    const b = tensor([0, 4e-38, 0, NaN, 1]);
    const [large, small, ...rest] = list(hypot(a, b)) as number[];
    expect(large).toBe(Math.fround(3e38));
    expect(small / 5e-38).toBeCloseTo(1, 5);
    expect(rest).toEqual([0, inf, NaN]);
  });

  test("xlogy is 0 at 0, and NaN only for NaN", () => {
    expect(list(xlogy(tensor([0, 0, 2]), tensor([0, NaN, 1])))).toEqual([0, NaN, 0]);
  });

  test("lerp is exact at both ends", () => {
    const from = tensor([0.1, 1e8]);
    const to = tensor([0.7, 1]);
    expect(list(lerp(from, to, 1))).toEqual(list(to));
    expect(list(lerp(from, to, 0))).toEqual(list(from));
    expect(() => lerp(from, tensor([1, 2], { dtype: "float64" }), 0.5)).toThrow(
      "expected dtype float for `end` but got dtype double",
    );
  });

  test("where takes numbers, and a condition alone gives positions", async () => {
    const condition = tensor([
      [true, false],
      [true, true],
    ]);
    expect(list(where(condition, 1, 2))).toEqual([
      [1, 2],
      [1, 1],
    ]);
    expect(where(condition, 1, 2).dtype).toBe("int64");
    expect(where(condition, tensor([1, 2], { dtype: "float16" }), 0.5).dtype).toBe("float16");
    const [rows, columns] = await where(condition);
    expect([list(rows), list(columns)]).toEqual([
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(() => where(tensor([1]), 1, 2)).toThrow("where expected condition to be a boolean tensor");
  });

  test("the gradient of where does not see what was not chosen", () => {
    const x = tensor([0, 4], { requiresGrad: true });
    where(x.gt(0), x.sqrt(), 0).sum().backward();
    // sqrt's own slope at 0 is infinite, and 0 · inf is not a number: PyTorch gives the same.
    expect(x.grad?.tolistSync()).toEqual([NaN, 0.25]);
  });
});

describe("functions of one number", () => {
  test("rounding", () => {
    expect(list(round(tensor([0.5, 1.5, 2.5, -0.5])))).toEqual([0, 2, 2, -0]);
    expect(list(round(tensor([1250, 1350]), { decimals: -2 }))).toEqual([1200, 1400]);
    expect(list(trunc(tensor([-1.7, 1.7])))).toEqual([-1, 1]);
    expect(list(frac(tensor([-1.5, inf])))).toEqual([-0.5, NaN]);
    expect(round(tensor([3n])).dtype).toBe("int64");
    expect(() => round(tensor([3n]), { decimals: 1 })).toThrow("not implemented for 'Long'");
  });

  test("signs, also of zeros and NaN", () => {
    expect(list(signbit(tensor([-0, 0, -1])))).toEqual([true, false, true]);
    expect(list(sign(tensor([NaN, -3, 0])))).toEqual([0, -1, 0]);
    expect(list(copysign(tensor([1n, -2n]), -0))).toEqual([-1, -2]);
    expect(list(heaviside(tensor([-1, 0, 2, NaN]), tensor([0.5])))).toEqual([0, 0.5, 1, 0]);
    expect(list(abs(tensor([-128], { dtype: "int8" })))).toEqual([-128]);
    expect(() => abs(tensor([true]))).toThrow("\"abs_cpu\" not implemented for 'Bool'");
  });

  test("logit, with and without eps", () => {
    expect(list(logit(tensor([0, 0.5, 1, 2])))).toEqual([-inf, 0, inf, NaN]);
    expect(list(logit(tensor([0, 1]), { eps: 0.5 }))).toEqual([0, 0]);
  });

  test("sinc and its slope at 0", () => {
    const x = tensor([0, 1], { requiresGrad: true });
    const y = sinc(x);
    y.sum().backward();
    expect(y.detach().tolistSync()).toEqual([1, expect.closeTo(0, 6)]);
    expect(x.grad?.tolistSync()).toEqual([0, expect.closeTo(-1, 6)]);
  });

  test("integers become floats", () => {
    expect(deg2rad(tensor([180n])).itemSync()).toBe(Math.fround(Math.PI));
    expect(sinc(tensor([0n])).dtype).toBe("float32");
  });

  test("digamma and its derivative", () => {
    const euler = 0.5772156649015329;
    const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
    const y = digamma(x);
    expect(y.detach().tolistSync()).toEqual([expect.closeTo(-euler, 14), expect.closeTo(1 - euler, 14)]);
    y.sum().backward();
    const basel = Math.PI ** 2 / 6;
    expect(x.grad?.tolistSync()).toEqual([expect.closeTo(basel, 7), expect.closeTo(basel - 1, 7)]);
    expect(list(digamma(tensor([0, -1])))).toEqual([-inf, NaN]);
    expect(polygamma(1, x.detach()).tolistSync()).toEqual([expect.closeTo(basel, 14), expect.closeTo(basel - 1, 14)]);
  });
});

describe("numbers beside tensors", () => {
  test("have the precision of the tensor in arithmetic with each other, too", () => {
    const x = tensor([1.5], { dtype: "float64", requiresGrad: true });
    lerp(x, tensor([2.5], { dtype: "float64" }), 0.3).backward();
    expect(x.grad?.itemSync()).toBe(0.7);
  });

  test("the gradient of xlogy at 0 is log(other) where that is positive", () => {
    const x = tensor([0, -0, 1], { requiresGrad: true });
    xlogy(x, 0.5).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([
      expect.closeTo(-Math.LN2),
      expect.closeTo(-Math.LN2),
      expect.closeTo(-Math.LN2),
    ]);
    const y = tensor([0, 0], { requiresGrad: true });
    xlogy(y, tensor([0, -1]))
      .sum()
      .backward();
    expect(y.grad?.tolistSync()).toEqual([0, 0]);
  });

  test("derivatives of xlogy go through gradients of 0", () => {
    const [x, w] = [tensor(2, { requiresGrad: true }), tensor(3, { requiresGrad: true })];
    const z = tensor(0, { requiresGrad: true });
    const [slope] = grad(xlogy(x, w).mul(z), [x], { createGraph: true });
    expect(slope.itemSync()).toBe(0);
    expect(grad(slope, [z])[0].itemSync()).toBeCloseTo(Math.log(3), 6);
    // d³/dw³ of x² log²(w) is x² (4 log(w) - 6) / w³.
    const [a, b] = [tensor(1), tensor(1, { requiresGrad: true })];
    let y = xlogy(a.requiresGrad_(), b).square();
    const found = [1, 2, 3].map(() => {
      [y] = grad(y, [b], { createGraph: true });
      return y.itemSync();
    });
    expect(found).toEqual([0, 2, -6]);
    // d³/dw dx dw is 4 x (1 - log(w)) / w².
    let mixed = xlogy(a, b).square();
    for (const each of [b, a, b]) [mixed] = grad(mixed, [each], { createGraph: true });
    expect(mixed.itemSync()).toBe(4);
  });

  test("2 to the power of bool, and equality across dtypes", () => {
    expect(list(ldexp(tensor([3, 3]), tensor([true, false])))).toEqual([6, 3]);
    expect(equalSync(tensor([1, 2]), tensor([1n, 2n]))).toBe(true);
    expect(() => pow(tensor([true]), true)).toThrow("\"pow\" not implemented for 'Bool'");
  });
});

describe("comparisons and bits", () => {
  test("integers compare with fractions as floats", () => {
    expect(list(eq(tensor([0n, 1n]), 0.5))).toEqual([false, false]);
    expect(list(lt(tensor([0n, 1n]), 0.5))).toEqual([true, false]);
  });

  test("kinds of numbers", () => {
    const x = tensor([NaN, inf, -inf, 1]);
    expect(list(isnan(x))).toEqual([true, false, false, false]);
    expect(list(isinf(x))).toEqual([false, true, true, false]);
    expect(list(isfinite(x))).toEqual([false, false, false, true]);
    expect(list(isinf(tensor([1n])))).toEqual([false]);
  });

  test("logic works on every dtype, bits on integers and bool", () => {
    expect(list(logicalAnd(tensor([2n, 0n, 1n]), tensor([NaN, 1, 0])))).toEqual([true, false, false]);
    expect(list(logicalNot(tensor([0.5, 0])))).toEqual([false, true]);
    expect(list(bitwiseAnd(tensor([12n]), 10))).toEqual([8]);
    expect(list(bitwiseNot(tensor([5], { dtype: "uint8" })))).toEqual([250]);
    expect(list(bitwiseNot(tensor([true])))).toEqual([false]);
    expect(list(bitwiseLeftShift(tensor([3n]), 4))).toEqual([48]);
    expect(() => bitwiseAnd(tensor([1]), 1)).toThrow("\"bitwise_and_cpu\" not implemented for 'Float'");
  });
});

test("a bound that is NaN", () => {
  const x = tensor([1, -2]).requiresGrad_();
  expect(list(x.clamp(Number.NaN))).toEqual([1, -2]);
  expect(list(x.clamp({ max: Number.NaN }))).toEqual([1, -2]);
  expect(list(x.clamp(Number.NaN, 1))).toEqual([Number.NaN, Number.NaN]);
  expect(list(x.clampMin(Number.NaN))).toEqual([Number.NaN, Number.NaN]);
});

test("xlogy of integers takes their own values", () => {
  expect(list(xlogy(tensor([2], { dtype: "uint8" }), tensor(-1, { dtype: "int32" })))).toEqual([Number.NaN]);
});
