import { Generator } from "@cresset/core/functions";
import { expect, test } from "vitest";
import { fitPreparation, inputNames, type PreparationOptions, prepare } from "./preparation.ts";
import { splitRows, testRows } from "./split.ts";
import { createTable } from "./table/index.ts";

const gap = Number.NaN;
const table = createTable({
  a: [1, 2, 3, 4],
  rate: [0.25, -99, 0.75, 0.5],
  age: [10, gap, 30, 50],
  same: [0.1, 0.1, 0.1, 0.1],
  label: [0, 1, 1, 0],
});
const all = [0, 1, 2, 3];
const inputs = (options: Partial<PreparationOptions>, rows: readonly number[] = all, given = table) =>
  prepare(fitPreparation(given, rows, { target: "label", ...options }), given);

test("as they are", () => {
  expect([...inputs({ features: ["same", "a"], scale: "none" })]).toEqual(
    all.flatMap((i) => [Math.fround(0.1), i + 1]),
  );
});

test("scaled by the training rows, in float64; what is constant becomes 0", () => {
  // Of 1, 2, 3: mean 2, std 1.
  expect([...inputs({ features: ["a", "same"] }, [0, 1, 2])]).toEqual([-1, 0, 0, 0, 1, 0, 2, 0]);
});

test("gaps are filled from the training rows, with indicators beside", () => {
  const options = { features: ["a", "age"], scale: "none", indicators: true } as const;
  expect([...inputs({ ...options, missing: "mean" }, [0, 1, 2])]).toEqual([1, 10, 0, 2, 20, 1, 3, 30, 0, 4, 50, 0]);
  expect([...inputs({ ...options, missing: "median" })].slice(3, 6)).toEqual([2, 30, 1]);
  const fitted = fitPreparation(table, all, { target: "label", ...options, missing: "mean" });
  expect(inputNames(fitted)).toEqual(["a", "age", "age is missing"]);
});

test("sentinels count as missing where that is asked for", () => {
  const often = createTable({ rate: [0.25, 0.5, 0.75, -99, -99, -99], label: [0, 1, 0, 1, 0, 1] });
  const options = { scale: "none" } as const;
  expect([...inputs({ ...options, sentinels: "missing", missing: "mean" }, [0, 1, 2, 3, 4, 5], often)]).toEqual([
    0.25, 0.5, 0.75, 0.5, 0.5, 0.5,
  ]);
  expect([...inputs(options, [0, 1, 2, 3, 4, 5], often)].slice(2, 4)).toEqual([0.75, -99]);
  expect(() => inputs({ sentinels: "missing" }, all, often)).toThrow("the mean or the median");
});

test.each([
  [
    "missing values",
    {},
    'column "age": 1 value is missing, first in row 2; fill them with the mean or the median, or leave the column out',
  ],
  ["labels as features", { features: ["label"] }, 'column "label": the labels cannot be learned from'],
  ["no features", { features: [] }, 'there is no column to learn from besides the labels in "label"'],
  ["unknown features", { features: ["b"] }, 'there is no column "b"; there are "a", "rate", "age", "same", "label"'],
] as const)("refuses %s", (_, options, message) => {
  expect(() => inputs(options)).toThrow(message);
});

test("numbers beyond float32, unless they are scaled", () => {
  const large = createTable({ a: [1, 1e39, 2e39], label: [0, 1, 0] });
  const fit = (scale: "none" | "standard") => fitPreparation(large, [0, 1, 2], { target: "label", scale });
  expect(() => prepare(fit("none"), large)).toThrow('column "a": 1e+39 in row 2 is beyond float32');
  expect([...prepare(fit("standard"), large)].map((x) => Math.round(x))).toEqual([-1, 0, 1]);
});

test("new rows with missing values, where there were none in training", () => {
  const fitted = fitPreparation(table, all, { target: "label", features: ["a"] });
  expect(() => prepare(fitted, createTable({ a: [gap] }))).toThrow('column "a": 1 value is missing, first in row 1');
});

test("rows are split as randperm orders them", () => {
  // torch.manual_seed(0); torch.randperm(5)
  const order = [4, 0, 1, 3, 2];
  const { train, test } = splitRows(5, 0.4, new Generator(0));
  expect([...Array.from(test), ...Array.from(train)]).toEqual(order);
  expect(Array.from(splitRows(3, 0, new Generator(0)).train)).toEqual([0, 1, 2]);
  expect([testRows(10, 0.01), testRows(10, 0.99), testRows(3, 0.2)]).toEqual([1, 9, 1]);
  expect(() => testRows(10, 1)).toThrow("from 0 to below 1");
  expect(() => testRows(1, 0.5)).toThrow("1 row cannot be split");
});
