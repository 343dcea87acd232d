import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const t = (values: number[] | number[][]) => torch.tensor(values, { dtype: "float64" });

describe("diff", () => {
  test("once, several times, never, more often than there are elements", () => {
    const x = t([1, 3, 2, 7]);
    expect(torch.diff(x).tolistSync()).toEqual([2, -1, 5]);
    expect(x.diff(2).tolistSync()).toEqual([-3, 6]);
    expect(torch.diff(x, { n: 0 }).tolistSync()).toEqual([1, 3, 2, 7]);
    expect(torch.diff(x, 9).shape).toEqual([0]);
  });

  test("along a dimension, with what comes before and after", () => {
    const x = t([
      [1, 2],
      [4, 8],
    ]);
    expect(torch.diff(x, { dim: 0 }).tolistSync()).toEqual([[3, 6]]);
    const [before, after] = [t([[0, 0]]), t([[5, 5]])];
    expect(torch.diff(x, 1, 0, before, after).tolistSync()).toEqual([
      [1, 2],
      [3, 6],
      [1, -3],
    ]);
  });

  test("of bool, and of nothing", () => {
    expect(torch.diff(torch.tensor([true, false, false, true])).tolistSync()).toEqual([true, false, true]);
    expect(torch.diff(t([])).shape).toEqual([0]);
    expect(() => torch.diff(torch.tensor(1))).toThrow("diff expects input to be at least one-dimensional");
    expect(() => torch.diff(t([1]), -1)).toThrow("order must be non-negative but got -1");
  });

  test("gradients", async () => {
    const x = t([1, 3, 2, 7]).requiresGrad_();
    expect(await torch.autograd.gradcheck((a) => torch.diff(a, { n: 2, prepend: a }), x)).toBe(true);
  });
});

describe("trapezoid", () => {
  test("unit distances, equal ones, and given places", () => {
    const y = t([
      [1, 2, 3],
      [0, 4, 0],
    ]);
    expect(torch.trapezoid(y).tolistSync()).toEqual([4, 4]);
    expect(torch.trapezoid(y, { dx: 0.5 }).tolistSync()).toEqual([2, 2]);
    expect(torch.trapezoid(y, t([0, 1, 3])).tolistSync()).toEqual([6.5, 6]);
    expect(torch.trapezoid(y, { dim: 0 }).tolistSync()).toEqual([0.5, 3, 1.5]);
    expect(torch.trapezoid(y, { x: t([0, 2]), dim: 0 }).tolistSync()).toEqual([1, 6, 3]);
    expect(torch.cumulativeTrapezoid(y, t([0, 1, 3])).tolistSync()).toEqual([
      [1.5, 6.5],
      [2, 6],
    ]);
    expect(torch.trapezoid(t([])).itemSync()).toBe(0);
    expect(() => torch.trapezoid(y, t([1, 2]))).toThrow(
      "trapezoid: There must be one `x` value for each sample point. Got 2 for 3",
    );
  });

  test("places with batches", () => {
    const y = torch.ones([2, 3], { dtype: "float64" });
    const x = t([
      [0, 1, 2],
      [0, 5, 9],
    ]);
    expect(torch.trapezoid(y, x).tolistSync()).toEqual([2, 9]);
  });
});

test("integrals of small integers are summed in int64; two neighbours meet in their dtype, as in PyTorch", () => {
  const y = (dtype: "int8" | "uint8") => torch.tensor([100, 100, 50], { dtype });
  expect(torch.trapezoid(y("uint8")).itemSync()).toBe(175);
  expect(torch.trapezoid(y("uint8"), { dx: 2 }).itemSync()).toBe(350);
  // 100 + 50 is -106 in int8.
  expect(torch.trapezoid(y("int8")).itemSync()).toBe(303);
  expect(torch.cumulativeTrapezoid(y("uint8")).tolistSync()).toEqual([100, 175]);
  expect(torch.cumulativeTrapezoid(y("int8")).tolistSync()).toEqual([-28, -81]);
});

test("integrals of bools are refused", () => {
  const y = torch.tensor([true, false]);
  expect(() => torch.trapezoid(y)).toThrow("received a bool input for `y`");
  expect(() => torch.cumulativeTrapezoid(torch.tensor([1, 2]), y)).toThrow("received a bool input for `x`");
});

test("differences along dimensions in the order in which they are asked for, and refusals", () => {
  const x = torch.tensor([
    [1, 4, 9, 16],
    [2, 2, 2, 2],
  ]);
  const [columns, rows] = torch.gradient(x, { dim: [1, 0], spacing: [2, 1] });
  expect(columns.tolistSync()).toEqual([
    [1.5, 2, 3, 3.5],
    [0, 0, 0, 0],
  ]);
  expect(rows.tolistSync()).toEqual([
    [1, -2, -7, -14],
    [1, -2, -7, -14],
  ]);
  expect(torch.gradient(x, { dim: null, spacing: null }).length).toBe(2);
  expect(() => torch.gradient(x, { dim: [1, 0], spacing: [0.1] })).toThrow(
    "of length 1 and a dim argument of length 2.",
  );
});

test("integrals of nothing", () => {
  const nothing = torch.zeros([2, 0], { dtype: "int16" });
  expect([torch.trapezoid(nothing).dtype, torch.trapezoid(nothing).shape]).toEqual(["int16", [2]]);
  expect(() => torch.trapezoid(torch.tensor(1))).toThrow("Dimension specified as -1 but tensor has no dimensions");
});
