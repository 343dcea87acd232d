import { beforeAll, describe, expect, test } from "vitest";
import { float, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { pow, reciprocal, rpow, rsqrt, square } from "./power.ts";

beforeAll(useCpu);

const inf = Number.POSITIVE_INFINITY;

describe("dtypes", () => {
  const whole = () => tensor([2n, 3n]);
  const bool = () => tensor([true, false]);

  test("a whole exponent keeps integers, a float one does not", () => {
    expect(pow(whole(), 2).dtype).toBe("int64");
    expect(pow(whole(), float(2)).dtype).toBe("float32");
    expect(pow(whole(), 0.5).dtype).toBe("float32");
    expect(square(bool()).dtype).toBe("int64");
    expect(pow(2.5, whole()).dtype).toBe("float32");
  });

  test("negative whole exponents of integers", () => {
    expect(() => pow(whole(), -1)).toThrow("Integers to negative integer powers are not allowed.");
    expect(pow(tensor([1n, -1n, 2n]), tensor([-3n, -3n, -1n])).tolistSync()).toEqual([1, -1, 0]);
  });

  test("bool to the power of bool exists for a base of one only", () => {
    expect(() => pow(bool(), bool())).toThrow("\"pow\" not implemented for 'Bool'");
    expect(pow(true, bool()).tolistSync()).toEqual([true, true]);
  });
});

describe("values", () => {
  test("special exponents and others agree with the general power", () => {
    for (const exponent of [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 2.5])
      expect(pow(tensor([4]), exponent).itemSync()).toBe(4 ** exponent);
  });

  test("zeros and infinities", () => {
    expect(pow(tensor([0, inf, NaN]), 0).tolistSync()).toEqual([1, 1, 1]);
    expect(pow(tensor([0, -0]), -1).tolistSync()).toEqual([inf, -inf]);
    expect(pow(tensor([-8]), tensor([1 / 3])).tolistSync()).toEqual([NaN]);
    expect(rpow(tensor([-1, 3]), 2).tolistSync()).toEqual([0.5, 8]);
  });
});

describe("gradients", () => {
  const gradientAt = (x: number, exponent: number): number | undefined => {
    const leaf = tensor([x], { requiresGrad: true });
    pow(leaf, exponent).backward(tensor([1]));
    return leaf.grad?.itemSync();
  };

  test("of numbers as exponents", () => {
    expect(gradientAt(3, 2)).toBe(6);
    expect(gradientAt(2, 3)).toBe(12);
    expect(gradientAt(4, 0.5)).toBe(0.25);
    expect(gradientAt(2, -1)).toBe(-0.25);
    expect(gradientAt(0, 0)).toBe(0);
    expect(gradientAt(0, 1)).toBe(1);
    expect(gradientAt(2, 4)).toBe(32);
  });

  test("of tensors: 0 where the exponent is 0, and for the exponent of a base 0", () => {
    const x = tensor([0, 2], { requiresGrad: true });
    const exponent = tensor([0, 3], { requiresGrad: true });
    pow(x, exponent).backward(tensor([1, 1]));
    expect(x.grad?.tolistSync()).toEqual([0, 12]);
    expect(exponent.grad?.tolistSync()).toEqual([0, Math.fround(8 * Math.fround(Math.log(2)))]);
  });

  test("of reciprocals come from the result", () => {
    for (const f of [reciprocal, rsqrt]) {
      const x = tensor([4], { requiresGrad: true });
      f(x).backward(tensor([1]));
      expect(x.grad?.itemSync()).toBe(-0.0625);
    }
  });

  test("names are PyTorch's", () => {
    const x = tensor([1], { requiresGrad: true });
    expect([pow(x, 2), pow(x, x), pow(2, x)].map((y) => y.gradFn?.name)).toEqual([
      "PowBackward0",
      "PowBackward1",
      "PowBackward2",
    ]);
  });
});
