import { expect, test } from "vitest";
import { formatExponential, formatFixed } from "./decimal.ts";

// Expected texts are Python's.

test.each<[number, number, string]>([
  [0.1, 4, "0.1000"],
  [-0, 0, "-0"],
  [-0.00001, 4, "-0.0000"],
  [0.5, 0, "0"],
  [1.5, 0, "2"],
  [2.5, 0, "2"],
  [-2.5, 0, "-2"],
  [0.03125, 4, "0.0312"],
  [0.09375, 4, "0.0938"],
  [1.005, 2, "1.00"],
  [9.5, 0, "10"],
  [1e21, 2, "1000000000000000000000.00"],
  [-1e22, 0, "-10000000000000000000000"],
  [Number.NaN, 4, "nan"],
  [Number.NEGATIVE_INFINITY, 4, "-inf"],
])("%d with %i decimals", (value, digits, text) => {
  expect(formatFixed(value, digits)).toBe(text);
});

test.each<[number, number, string]>([
  [1e-5, 4, "1.0000e-05"],
  [0, 4, "0.0000e+00"],
  [-0, 2, "-0.00e+00"],
  [123456, 4, "1.2346e+05"],
  [1.5e15, 0, "2e+15"],
  [2.5e10, 0, "2e+10"],
  [10000.5, 4, "1.0000e+04"],
  [1000050000, 4, "1.0000e+09"],
  [1000150000, 4, "1.0002e+09"],
  [9.5, 0, "1e+01"],
  [8.5, 0, "8e+00"],
  [0.03125, 2, "3.12e-02"],
  [5e-324, 4, "4.9407e-324"],
  [Number.POSITIVE_INFINITY, 4, "inf"],
])("%d in scientific notation with %i decimals", (value, digits, text) => {
  expect(formatExponential(value, digits)).toBe(text);
});
