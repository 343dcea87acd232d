import { expect, test } from "vitest";
import { curvePath } from "./curve-path.ts";

const double = (value: number): number => 2 * value;

test("a curve is broken where it has no value", () => {
  expect(curvePath([0, 1, 2, 3, 4], [0, 1, Number.NaN, 3, 4], double, double, 100)).toBe(
    "M0.0 0.0L2.0 2.0M6.0 6.0L8.0 8.0",
  );
});

test("a point by itself is a dot, and nothing where it is infinite", () => {
  expect(curvePath([1], [2], double, double, 100)).toBe("M2.0 4.0h0");
  expect(curvePath([0], [Number.POSITIVE_INFINITY], double, double, 100)).toBe("");
});
