import { expect, test } from "vitest";
import { differs } from "./differs.ts";
import type { Result } from "./outcome.ts";

const of = (dtype: string, ...values: number[]): Result => ({ shape: [values.length], dtype, values });
const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];

test("floats may differ in their last digits where that is allowed", () => {
  const [got, want] = [{ results: of("float32", 1.00001, nan) }, { results: of("float32", 1, nan) }];
  expect(differs(got, want, "close")).toBeNull();
  expect(differs(got, want, "equal")).toBe("element 0 of float32 [2]: expected 1, got 1.00001");
  expect(differs({ results: of("float64", 1.00001) }, { results: of("float64", 1) }, "close")).not.toBeNull();
});

test("what is not finite, signs of zero, integers, dtypes, shapes and numbers of results are told apart", () => {
  const pairs: [Result, Result][] = [
    [of("float32", inf), of("float32", -inf)],
    [of("float32", nan), of("float32", 1)],
    [of("float32", inf), of("float32", 1)],
    [of("int64", 2), of("int64", 1)],
    [of("int64", 1), of("int32", 1)],
    [of("int64", 1, 1), of("int64", 1)],
    [[of("int64", 1)], [of("int64", 1), of("int64", 1)]],
    [true, false],
    [null, 1],
  ];
  for (const [got, want] of pairs) {
    expect(differs({ results: got }, { results: want }, "close")).toBeTypeOf("string");
    expect(differs({ results: got }, { results: got }, "equal")).toBeNull();
  }
  expect(differs({ results: of("float32", -0) }, { results: of("float32", 0) }, "equal")).toBe(
    "element 0 of float32 [1]: expected 0, got -0",
  );
});

test("an error is the same as one of its name, and no result", () => {
  const error = { error: "ShapeError", message: "too large" };
  expect(differs(error, { error: "ShapeError", message: "too small" }, "equal")).toBeNull();
  expect(differs(error, { error: "DTypeError" }, "close")).toBe("expected DTypeError, got ShapeError: too large");
  expect(differs(error, { results: 1 }, "close")).toBe("expected results, got ShapeError: too large");
  expect(differs({ results: 1 }, error, "close")).toBe("expected ShapeError, got results");
});
