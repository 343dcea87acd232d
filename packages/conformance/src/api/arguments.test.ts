import { FloatScalar } from "cresset";
import { expect, test } from "vitest";
import { WholeFloat } from "../read/values.ts";
import { arrange, parseSignature } from "./arguments.ts";
import { camelCase } from "./library.ts";

const sum = [parseSignature("input dim keepdim | dtype")];
const variance = ["input unbiased", "input dim unbiased keepdim", "input dim | correction keepdim"].map(parseSignature);

test("keyword arguments go to their places or to the options", () => {
  expect(arrange("sum", sum, ["x"], { dim: 1 })).toEqual(["x", 1]);
  expect(arrange("sum", sum, ["x"], { keepdim: true, dtype: "int64" })).toEqual([
    "x",
    undefined,
    true,
    { dtype: "int64" },
  ]);
  expect(arrange("sum", sum, ["x", 0, true], {})).toEqual(["x", 0, true]);
});

test("the form of an overloaded operation is chosen by what is given", () => {
  expect(arrange("var", variance, ["x", false], {})).toEqual(["x", false]);
  expect(arrange("var", variance, ["x"], { dim: 1, unbiased: true, keepdim: true })).toEqual(["x", 1, true, true]);
  expect(arrange("var", variance, ["x"], { dim: 1, correction: 2, keepdim: true })).toEqual([
    "x",
    1,
    { correction: 2, keepdim: true },
  ]);
});

test("without a signature, keyword arguments are options", () => {
  expect(arrange("f", [], ["x", 2], { some_name: 3 })).toEqual(["x", 2, { someName: 3 }]);
});

test("operands are spread where any number may come", () => {
  const forms = [parseSignature("*tensors | indexing")];
  expect(arrange("meshgrid", forms, ["a", "b"], { indexing: "xy" })).toEqual(["a", "b", { indexing: "xy" }]);
});

test("a whole float stays a float where that decides the dtype, and is a plain number elsewhere", () => {
  const [, other] = arrange("add", [parseSignature("input other | alpha")], ["x", new WholeFloat(2)], {});
  expect(other).toBeInstanceOf(FloatScalar);
  expect(arrange("dropout", [parseSignature("input keep")], ["x", new WholeFloat(1)], {})).toEqual(["x", 1]);
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
