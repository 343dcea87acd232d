import type { HostTensor } from "@cresset/io";
import { expect, test } from "vitest";
import { subnormalsAt } from "./subnormal.ts";
import { compareTensors, onlySubnormals } from "./tensor.ts";

const floats = (values: readonly number[], shape: readonly number[] = [values.length]): HostTensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});

test("a result that vanishes may be 0, one that hardly does may not", () => {
  const explained = subnormalsAt([1], []);
  expect(explained(0, 0, 1e-40)).toBe(true);
  expect(explained(0, -0, -4e-37)).toBe(true);
  expect(explained(0, 0, 1e-30)).toBe(false);
  expect(explained(0, 1e-30, 1e-40)).toBe(false);
  expect(explained(0, Number.NaN, 1e-40)).toBe(false);
  expect(explained(0, 1e-40, 0)).toBe(false);
});

test("the reciprocal of what vanishes may be infinite, of the same sign", () => {
  const explained = subnormalsAt([1], []);
  expect(explained(0, Number.NEGATIVE_INFINITY, -5e37)).toBe(true);
  expect(explained(0, Number.POSITIVE_INFINITY, -5e37)).toBe(false);
  expect(explained(0, Number.POSITIVE_INFINITY, 1e30)).toBe(false);
});

test("of a subnormal operand, broadcast, anything may come", () => {
  const explained = subnormalsAt([2, 3], [floats([1, 1e-40, 2]), floats([1, 0], [2, 1])]);
  const places = [0, 1, 2, 3, 4, 5].map((flat) => explained(flat, Number.NaN, 1));
  expect(places).toEqual([false, true, false, false, true, false]);
});

test("where an operand's reciprocal is subnormal, its product with infinity may be NaN", () => {
  const explained = subnormalsAt([4], [floats([1e38, 1e37, Number.POSITIVE_INFINITY, 1e38])]);
  const places = [0, 1, 2].map((flat) => explained(flat, Number.NaN, Number.NEGATIVE_INFINITY));
  expect(places).toEqual([true, false, false]);
  expect(explained(3, Number.NaN, 1)).toBe(false);
  expect(explained(3, 0, Number.POSITIVE_INFINITY)).toBe(false);
});

test("operands of another shape tell nothing", () => {
  expect(subnormalsAt([3], [floats([1e-40, 1e-40])])(0, 0, 1)).toBe(false);
  expect(subnormalsAt([2], [floats([1e-40, 1e-40], [1, 2])])(0, 0, 1)).toBe(false);
});

test("the comparison says so only where it is true of every element", () => {
  const how = { tolerance: "exact", operands: [floats([1e-40, 1])] } as const;
  expect(compareTensors(floats([0, 1]), floats([3, 1]), how)).toBe(
    `[0] expected 3, got 0 of 2 elements${onlySubnormals}`,
  );
  expect(compareTensors(floats([0, 2]), floats([3, 1]), how)).toBe(
    "[0] expected 3, got 0; [1] expected 1, got 2 of 2 elements",
  );
});
