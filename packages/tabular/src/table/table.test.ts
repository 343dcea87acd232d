import { describe, expect, test } from "vitest";
import { TableError } from "../errors.ts";
import { readCell } from "./cell.ts";
import { classBalance, labelsOf } from "./labels.ts";
import { Numbers } from "./numbers.ts";
import { columnOf, createTable, readTable } from "./table.ts";

test.each([
  ["1", "number", 1],
  [" -1.5e-3 ", "number", -0.0015],
  ["+.5", "number", 0.5],
  ["5.", "number", 5],
  ["TRUE", "boolean", 1],
  ["false", "boolean", 0],
  ["", "missing", Number.NaN],
  [" N/A ", "missing", Number.NaN],
  ["?", "missing", Number.NaN],
  ["0x10", "text", Number.NaN],
  ["1e999", "text", Number.NaN],
  ["inf", "text", Number.NaN],
  ["1,5", "text", Number.NaN],
  [".", "text", Number.NaN],
  ["-", "text", Number.NaN],
])("the cell %j is %s", (cell, kind, value) => expect(readCell(cell)).toEqual({ kind, value }));

test("numbers grow without copying, and take little more memory than they need", () => {
  const numbers = new Numbers();
  for (let i = 0; i < 100_000; i++) numbers.push(i * 0.5);
  expect([numbers.length, numbers.at(0), numbers.at(8191), numbers.at(8192), numbers.at(99_999)]).toEqual([
    100_000, 0, 4095.5, 4096, 49_999.5,
  ]);
  expect([...numbers].every((value, i) => value === i * 0.5)).toBe(true);
  expect(numbers.bytes).toBeLessThanOrEqual(8 * (100_000 + 8192));
  expect(Numbers.from([1]).bytes).toBe(128);
});

const text = "n,b,t,mixed,e,label\n1,true,x,1,,0\nNA,FALSE,2,true,nan,1\n3,,y,0,?,1\n";

test("kinds of columns", async () => {
  const table = await readTable(text);
  expect(table.length).toBe(3);
  expect(table.columns.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
    ["n", "number", 1],
    ["b", "boolean", 1],
    ["t", "text", 0],
    ["mixed", "text", 0],
    ["e", "empty", 3],
    ["label", "number", 0],
  ]);
  expect(columnOf(table, "t").text).toEqual({ cell: "x", line: 2 });
  expect(columnOf(table, "mixed").text).toEqual({ cell: "true", line: 3 });
  expect([...columnOf(table, "n").values]).toEqual([1, Number.NaN, 3]);
  expect([...columnOf(table, "b").values]).toEqual([1, 0, Number.NaN]);
  expect(columnOf(table, "t").values.length).toBe(0);
});

test("labels and their balance", async () => {
  const table = await readTable("x,label,truth\n1,0,true\n2,1,true\n3,1.0,false\n");
  expect([...labelsOf(columnOf(table, "label"))]).toEqual([0, 1, 1]);
  expect([...labelsOf(columnOf(table, "truth"))]).toEqual([1, 1, 0]);
  expect(classBalance(labelsOf(columnOf(table, "label")))).toEqual({ zeros: 1, ones: 2 });
  expect(() => labelsOf(columnOf(table, "x"))).toThrow('column "x": 2 is not a label in row 2: labels are 0 and 1');
});

describe("refuses", () => {
  test.each([
    ["a header only", "a,b\n", {}, "the file has a header and no rows"],
    [
      "a target that is not there",
      text,
      { target: "lable" },
      'there is no column "lable"; there are "n", "b", "t", "mixed", "e", "label"',
    ],
    [
      "a column to ignore that is not there",
      text,
      { ignore: ["z"] },
      'there is no column "z"; there are "n", "b", "t", "mixed", "e", "label"',
    ],
    [
      "a column of a table without names",
      "0.5,50,1\n0.2,40,0\n",
      { target: "label" },
      'there is no column "label"; there are "0.5", "50", "1": the first line must name the columns, and seems to hold values',
    ],
    ["text among numbers", text, { numbersOnly: true }, 'line 2, column "t": "x" is not a number'],
    [
      "text among numbers, with what to do",
      text,
      { numbersOnly: "leave it out" },
      'line 2, column "t": "x" is not a number; leave it out',
    ],
    [
      "truth values among numbers",
      text,
      { numbersOnly: true, ignore: ["t"] },
      'line 3, column "mixed": "true" is not a number',
    ],
    [
      "decimals with a comma",
      'a;label\n"1,5";0\n',
      { numbersOnly: true },
      'line 2, column "a": "1,5" is not a number: decimals are written with a point',
    ],
    [
      "other labels",
      "a,label\n1,0\n2,2\n",
      { target: "label" },
      'line 3, column "label": "2" is not a label: labels are 0 and 1',
    ],
    [
      "words as labels",
      "a,label\n1,yes\n",
      { target: "label" },
      'line 2, column "label": "yes" is not a label: labels are 0 and 1',
    ],
    [
      "missing labels",
      "a,label\n1,0\n2,\n",
      { target: "label" },
      'line 3, column "label": there is no label: labels are 0 and 1',
    ],
    [
      "missing values where they are refused",
      text,
      { complete: "fill it in", ignore: ["t", "e"] },
      'line 3, column "n": there is no value; fill it in',
    ],
    [
      "more numbers than it may keep",
      text,
      { maxNumbers: 10 },
      "the table has more than 10 numbers; leave out columns, or use fewer rows",
    ],
  ])("%s", async (_, csv, options, message) => {
    const error = await readTable(csv, options).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TableError);
    expect(error.message).toBe(message);
  });

  test("columns of different lengths", () => {
    expect(() => createTable({ a: [1, 2], b: [1] })).toThrow('column "b": 1 numbers, but the first column has 2');
  });
});
