import { expect, test } from "vitest";
import { parseForm } from "./form.ts";

const plain = { takes: "value", many: "no", place: "positional", byName: false };

test("parameters stand in their order; those after the bar are options", () => {
  expect(parseForm("input dim keepdim? | dtype")).toEqual([
    { ...plain, names: ["input"] },
    { ...plain, names: ["dim"] },
    { ...plain, names: ["keepdim"], takes: "boolean" },
    { ...plain, names: ["dtype"], place: "option" },
  ]);
  expect(parseForm("high | * dtype")).toEqual([
    { ...plain, names: ["high"] },
    { ...plain, names: ["dtype"], place: "option", byName: true },
  ]);
  expect(parseForm("")).toEqual([]);
});

test("marks say what a parameter takes, and whether there is one here", () => {
  expect(parseForm("*tensors")).toEqual([{ ...plain, names: ["tensors"], many: "spread" }]);
  expect(parseForm("size... data[] other/value# | -copy=False")).toEqual([
    { ...plain, names: ["size"], many: "list" },
    { ...plain, names: ["data"], takes: "data" },
    { ...plain, names: ["other", "value"], takes: "number" },
    { ...plain, names: ["copy"], place: "absent", only: false },
  ]);
  expect(() => parseForm("input +dim")).toThrow('+dim is no parameter, in "input +dim"');
});
