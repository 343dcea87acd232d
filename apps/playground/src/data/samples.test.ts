import { columnOf, createTable, findSentinels } from "@cresset/tabular";
import { expect, test } from "vitest";
import { sampleColumns, sampleNames, samples } from "./index.ts";

test.each(sampleNames)("%s is the same every time, with both labels", (name) => {
  const columns = sampleColumns(name);
  expect(sampleColumns(name)).toEqual(columns);
  const labels = columns[samples[name].target];
  const ones = labels.filter((label) => label === 1).length / labels.length;
  expect(ones).toBeGreaterThan(0.3);
  expect(ones).toBeLessThan(0.7);
});

test("the table has -1 and -99 where there is no value", () => {
  const table = createTable(sampleColumns("customers"));
  const found = (name: string): number[] => findSentinels(columnOf(table, name)).map(({ value }) => value);
  expect(["open_rate", "click_rate", "return_rate", "orders", "days_since_order", "income"].map(found)).toEqual([
    [-99],
    [-99],
    [-99],
    [],
    [-1],
    [],
  ]);
  expect(columnOf(table, "income").missing).toBeGreaterThan(0);
});
