import { parseForm } from "@cresset/core/catalogue";
import { FloatScalar } from "cresset";
import { expect, test } from "vitest";
import { WholeFloat } from "../read/values.ts";
import { arrange, type Keywords } from "./arguments.ts";
import { camelCase } from "./library.ts";

const called = (forms: string | readonly string[], positional: readonly unknown[], keywords: Keywords = {}) =>
  arrange("f", [forms].flat().map(parseForm), positional, keywords);

const sum = "input dim keepdim? | dtype";
const variance = ["input unbiased?", "input dim unbiased? keepdim?", "input dim | correction keepdim?"];

test("keyword arguments go to their places or to the options", () => {
  expect(called(sum, ["x"], { dim: 1 })).toEqual(["x", 1]);
  expect(called(sum, ["x"], { keepdim: true, dtype: "int64" })).toEqual(["x", undefined, true, { dtype: "int64" }]);
  expect(called(sum, ["x", 0, true])).toEqual(["x", 0, true]);
  expect(called(sum, [], { keepdim: true, input: "x", dim: 0 })).toEqual(["x", 0, true]);
  expect(called("input target | reduction", ["x", "y", "sum"])).toEqual(["x", "y", { reduction: "sum" }]);
});

test("names may be NumPy's, or another overload's", () => {
  expect(called(sum, [], { x: "x", axis: 1, keepdims: true })).toEqual(["x", 1, true]);
  expect(called("input dim/other keepdim?", ["x"], { other: "y" })).toEqual(["x", "y"]);
});

test("the form of an overloaded operation is chosen by what is given", () => {
  expect(called(variance, ["x", false])).toEqual(["x", false]);
  expect(called(variance, ["x", null, false])).toEqual(["x", null, false]);
  expect(called(variance, ["x"], { dim: 1, unbiased: true, keepdim: true })).toEqual(["x", 1, true, true]);
  expect(called(variance, ["x"], { dim: 1, correction: 2, keepdim: true })).toEqual([
    "x",
    1,
    { correction: 2, keepdim: true },
  ]);
  const randint = ["high size | * dtype", "low high size | dtype"];
  expect(called(randint, [5, [2, 3]])).toEqual([5, [2, 3]]);
  expect(called(randint, [1, 5, [2, 3]], { dtype: "int32" })).toEqual([1, 5, [2, 3], { dtype: "int32" }]);
});

test("a boolean goes where no boolean is asked for, if there is no other form", () => {
  expect(called("input mask value#", ["x", "m", true])).toEqual(["x", "m", true]);
});

test("values come one by one or as a list", () => {
  expect(called("input size...", ["x", 2, 3])).toEqual(["x", [2, 3]]);
  expect(called("input size...", ["x", [2, 3]])).toEqual(["x", [2, 3]]);
  expect(called("input size...", ["x"], { size: [2, 3] })).toEqual(["x", [2, 3]]);
  expect(called("size... | dtype", [2, 3], { dtype: "int64" })).toEqual([[2, 3], { dtype: "int64" }]);
  expect(called("*tensors | indexing", ["a", "b"], { indexing: "xy" })).toEqual(["a", "b", { indexing: "xy" }]);
  expect(called("equation *operands", ["i,i", ["a", "b"]])).toEqual(["i,i", "a", "b"]);
});

test("what only PyTorch has can be left at its default", () => {
  const svd = "input some? -compute_uv=True";
  expect(called(svd, ["x", true, true])).toEqual(["x", true]);
  expect(called(svd, ["x"], { compute_uv: null })).toEqual(["x"]);
  expect(() => called(svd, ["x"], { compute_uv: false })).toThrow("no form of f with 1 arguments and");
});

test("what fits no form is refused", () => {
  expect(() => called(sum, ["x"], { dims: 1 })).toThrow('the catalogue has no form of f with 1 arguments and ["dims"]');
  expect(() => called(sum, ["x"], { input: "y" })).toThrow("no form of f");
  expect(() => called(sum, ["x", 1, true, "int64", 2])).toThrow("no form of f");
});

test("a whole float stays a float where that decides the dtype, and is a plain number elsewhere", () => {
  const [, other] = called("input other# | alpha#", ["x", new WholeFloat(2)]);
  expect(other).toBeInstanceOf(FloatScalar);
  expect(called("input keep", ["x", new WholeFloat(1)])).toEqual(["x", 1]);
});

test("ints in data are int64, unless a dtype is given", () => {
  expect(
    called("data[] | dtype", [
      [
        [1, 2.5],
        [true, new WholeFloat(2)],
      ],
    ]),
  ).toEqual([
    [
      [1n, 2.5],
      [true, 2],
    ],
  ]);
  expect(called("data[] | dtype", [[1, 2]], { dtype: "int32" })).toEqual([[1, 2], { dtype: "int32" }]);
});

test("names are in camelCase, keeping leading and trailing underscores", () => {
  expect(["foo_bar_", "atleast_1d", "T_max", "log_softmax", "_x_y"].map(camelCase)).toEqual([
    "fooBar_",
    "atleast1d",
    "TMax",
    "logSoftmax",
    "_xY",
  ]);
});
