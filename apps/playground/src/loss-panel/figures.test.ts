import { expect, test } from "vitest";
import { digits, fixed } from "./figures.ts";

test("decimals", () => {
  expect([0.22314, -0.07359, 1, -0.00001, -0].map((x) => fixed(x))).toEqual([
    "0.2231",
    "−0.0736",
    "1.0000",
    "0.0000",
    "0.0000",
  ]);
  expect([0.8, 16.75, -120].map((x) => fixed(x, 2))).toEqual(["0.80", "16.75", "−120.00"]);
  expect([Infinity, -Infinity].map((x) => fixed(x))).toEqual(["∞", "−∞"]);
});

test("digits", () => {
  expect([15.942384719848633, 100, -0.5, 0, -0, 9.357623589846195e-14, -1e12, Infinity].map((x) => digits(x))).toEqual([
    "15.9424",
    "100.000",
    "−0.500000",
    "0",
    "0",
    "9.3576e−14",
    "−1.0000e12",
    "∞",
  ]);
});
