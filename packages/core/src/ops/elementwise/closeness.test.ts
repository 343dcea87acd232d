import { beforeAll, describe, expect, test } from "vitest";
import { tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { allclose, allcloseSync, equal, equalSync, isclose } from "./closeness.ts";

beforeAll(useCpu);

const inf = Number.POSITIVE_INFINITY;

describe("isclose", () => {
  test("the tolerance is relative to the second operand", () => {
    const small = tensor([1]);
    const large = tensor([2]);
    expect(isclose(small, large, { rtol: 0.5, atol: 0 }).tolistSync()).toEqual([true]);
    expect(isclose(large, small, { rtol: 0.5, atol: 0 }).tolistSync()).toEqual([false]);
    expect(isclose(small, large, 0, 1).tolistSync()).toEqual([true]);
  });

  test("infinities are close to themselves only, NaN only if asked", () => {
    const x = tensor([inf, inf, NaN]);
    expect(isclose(x, tensor([inf, -inf, NaN])).tolistSync()).toEqual([true, false, false]);
    expect(isclose(x, x, { equalNan: true }).tolistSync()).toEqual([true, true, true]);
  });

  test("integers and bool", () => {
    expect(isclose(tensor([10n, 10n]), tensor([11n, 12n]), { atol: 1 }).tolistSync()).toEqual([true, false]);
    expect(isclose(tensor([true]), tensor([false])).tolistSync()).toEqual([false]);
  });

  test("other dtypes and negative tolerances are refused", () => {
    expect(() => isclose(tensor([1]), tensor([1n]))).toThrow("Float did not match Long");
    expect(() => isclose(tensor([1]), tensor([1]), -1)).toThrow("rtol must be greater than or equal to zero");
  });
});

test("allclose and equal give JavaScript booleans, awaited or at once", async () => {
  const a = tensor([1, 2]);
  const near = tensor([1, 2.00001]);
  expect(await allclose(a, near)).toBe(true);
  expect(allcloseSync(a, near, { rtol: 0, atol: 1e-7 })).toBe(false);
  expect(await equal(a, near)).toBe(false);
  expect(equalSync(a, a)).toBe(true);
  expect(equalSync(a, tensor([[1, 2]]))).toBe(false);
  expect(allcloseSync(tensor([]), tensor([]))).toBe(true);
  expect(equalSync(tensor([NaN]), tensor([NaN]))).toBe(false);
});
