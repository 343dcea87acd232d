import { expect, test } from "vitest";
import { pythonFunction } from "./python.ts";

test.each([
  ["0.95 ** epoch", 2, 0.95 ** 2],
  ["1 / (1 + epoch)", 3, 0.25],
  ["min(1.0, (epoch + 1) / 5)", 2, 0.6],
  ["0.9 if epoch % 2 else 1.05", 4, 1.05],
  ["0.9 if epoch % 2 else 1.05", 3, 0.9],
  ["2 ** -x", 1, 0.5],
  ["-x ** 2", 3, -9],
  ["2 ** 3 ** 2", 0, 512],
  ["-7 // 2 + -7 % 3", 0, -2],
  ["1 if x >= 2 else 2 if x > 1 else 3", 0, 3],
  ["8 - 2 - 1", 0, 5],
])("%s at %d is %d", (source, x, value) => {
  expect(pythonFunction(source)(x)).toBe(value);
});

test("anything else is refused", () => {
  expect(() => pythonFunction("__import__('os')")).toThrow();
  expect(() => pythonFunction("x +")).toThrow();
  expect(() => pythonFunction("x x")).toThrow("unexpected x");
  expect(() => pythonFunction("open(x)")).toThrow("unknown function open");
});
