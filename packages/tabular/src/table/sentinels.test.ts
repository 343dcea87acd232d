import { expect, test } from "vitest";
import { Numbers } from "./numbers.ts";
import { findSentinels } from "./sentinels.ts";

const find = (values: readonly number[]) => findSentinels({ kind: "number", values: Numbers.from(values) });
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
const fractions = [0.1538, 0.2381, 0.5, 0.75];

test("-1 and -99 among fractions", () => {
  expect(find([...fractions, ...times(3, -99), ...fractions, ...times(4, -1)])).toEqual([
    { value: -99, count: 3, range: [0.1538, 0.75] },
    { value: -1, count: 4, range: [0.1538, 0.75] },
  ]);
});

test.each([
  ["-1 among counts", [0, 1, 5, 47, ...times(3, -1)], [-1]],
  ["-999 among temperatures", [-20, -5, 12, 39, ...times(3, -999)], [-999]],
  ["9999 among ages", [18, 35, 99, 71, ...times(3, 9999)], [9999]],
  ["-99 among flags", [0, 1, 0, 1, ...times(3, -99)], [-99]],
])("%s", (_, values, expected) => expect(find(values).map(({ value }) => value)).toEqual(expected));

test.each([
  ["a value that hardly occurs", [...fractions, -99, -99]],
  ["a part of a thousand", [...Array.from({ length: 3000 }, (_, i) => i / 3000), ...times(5, -99)]],
  ["-1, 0 and 1 as three classes", [0, 1, 0, 1, ...times(9, -1)]],
  ["-1 and 1 as two classes", [1, 1, ...times(9, -1)]],
  ["-1 among numbers of both signs", [-2, 3, 4, 5, ...times(9, -1)]],
  ["99 among percentages", [10, 50, 90, 100, ...times(9, 99)]],
  ["99 just above percentages", [10, 50, 90, 98, ...times(9, 99)]],
  ["a number that nobody means by it", [...fractions, ...times(9, -77)]],
])("not %s", (_, values) => expect(find(values)).toEqual([]));

test("missing values do not count", () => {
  expect(find([...fractions, ...times(3, -99), ...times(5000, Number.NaN)])).toHaveLength(1);
});
