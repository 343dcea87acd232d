import { expect, test } from "vitest";
import { compareValues } from "./value.ts";

test("values of lists are compared one by one", () => {
  expect(compareValues([1, [2, true]], [1, [2, true]])).toBeNull();
  expect(compareValues([1, 2], [1, 2, 3])).toBe("expected [1,2,3], got [1,2]");
  expect(compareValues(true, 1)).toBe("expected 1, got true");
});

test("numbers are compared within the tolerance", () => {
  expect(compareValues(1 + 1e-13, 1, [1e-12, 0])).toBeNull();
  expect(compareValues(1 + 1e-11, 1, [1e-12, 0])).toContain("expected 1");
  expect(compareValues(Number.NaN, Number.NaN)).toBeNull();
});

test("nothing is null or undefined", () => {
  expect(compareValues(undefined, null)).toBeNull();
  expect(compareValues(0, null)).toBe("expected null, got 0");
});
