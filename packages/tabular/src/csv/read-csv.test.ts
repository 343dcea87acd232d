import { expect, test } from "vitest";
import { TableError } from "../errors.ts";
import { readCsv } from "./read-csv.ts";
import type { CsvSource } from "./text.ts";

const encoder = new TextEncoder();

/** A text as bytes, some at a time. */
async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(source: CsvSource, options = {}) {
  const { columns, delimiter, chunks } = await readCsv(source, options);
  const rows: string[][] = [];
  const lines: number[] = [];
  for await (const chunk of chunks) {
    rows.push(...chunk.rows.map((row) => [...row]));
    lines.push(...chunk.lines);
  }
  return { columns, delimiter, rows, lines };
}

async function errorOf(source: CsvSource, options = {}): Promise<TableError> {
  const error = await read(source, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(TableError);
  return error;
}

const awkward = '\uFEFFa, b ,"c ""quoted"""\r\n1,"x\r\ny",é\r\n\r\n"2, 3",,"""\n"""\r\n4,5,6';

test.each([1, 2, 3, 7, 1000])("quotes, line ends, marks and blank lines, %i bytes at a time", async (size) => {
  expect(await read(inPieces(awkward, size))).toEqual({
    columns: ["a", "b", 'c "quoted"'],
    delimiter: ",",
    rows: [
      ["1", "x\r\ny", "é"],
      ["2, 3", "", '"\n"'],
      ["4", "5", "6"],
    ],
    lines: [2, 5, 7],
  });
});

test("text, Blobs, streams and UTF-16 give the same", async () => {
  const expected = await read(awkward);
  expect(await read(new Blob([awkward]))).toEqual(expected);
  expect(await read(new Blob([awkward]).stream())).toEqual(expected);
  const units = Uint16Array.from(awkward, (c) => c.charCodeAt(0));
  expect(await read(new Blob([units]))).toEqual(expected);
});

test.each([
  [";", "a;b\n1,5;2"],
  ["\t", "a\tb\n1\t2\n"],
  ["|", "a|b\n1|2\n"],
  [",", "label\n1\n0\n"],
])("tells the delimiter %j", async (delimiter, text) => {
  expect((await read(text)).delimiter).toBe(delimiter);
});

test("line ends of old Macs, also mixed ones", async () => {
  expect((await read("a,b\r1,2\r3,4\r")).rows).toEqual([
    ["1", "2"],
    ["3", "4"],
  ]);
  expect((await read("a,b\n1,2\r\n3,4\n")).rows).toEqual([
    ["1", "2"],
    ["3", "4"],
  ]);
});

test("columns without a name are called by their place", async () => {
  expect((await read(",x\n0,1\n")).columns).toEqual(["column 1", "x"]);
});

test.each([
  ["an empty file", "", "the file is empty"],
  ["blank lines", "\n \r\n\n", "the file is empty"],
  ["a short row", "a,b\n1,2\n\n3\n", "line 4: 1 cells, but the header has 2"],
  ["a long row", 'a,b\n"1\n1",2\n3,4,5\n', "line 4: 3 cells, but the header has 2"],
  [
    "a name that comes twice",
    "a,b,a\n1,2,3\n",
    'line 1, column "a": the header has this name twice, in columns 1 and 3',
  ],
  ["text after quotes", 'a,b\n"1"x,2\n3,4\n', "line 2: broken quotes: trailing quote on quoted field is malformed"],
  ["an open quote", 'a,b\n1,2\n"3,4\n5,6\n', "line 3: broken quotes: quoted field unterminated"],
  ["NUL characters", "a,b\n1,\0\n", "not a text: there are NUL characters in it"],
])("refuses %s", async (_, text, message) => {
  expect((await errorOf(text)).message).toBe(message);
  expect((await errorOf(inPieces(text, 5))).message).toBe(message);
});

test("refuses bytes that are no text", async () => {
  const error = await errorOf(new Blob([Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0xff, 0xfe)]));
  expect(error.message).toBe("not a text in UTF-8: save the table as CSV in UTF-8");
});

test("a row of 10 MB is refused after the first megabyte, quoted or not", async () => {
  for (const quote of ['"', ""]) {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield encoder.encode(`a,b\n1,2\n3,${quote}`);
      for (; given < 10_000_000; given += 65_536) yield encoder.encode("x".repeat(65_536));
    }
    const error = await errorOf(endless());
    expect(error.message).toBe("line 3: a row of more than 1,000,000 characters; is a quote not closed?");
    expect(given).toBeLessThan(1_200_000);
  }
});

test("gives a stream back when the reader stops early", async () => {
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield encoder.encode("a,b\n1,2\n".repeat(1000));
    } finally {
      closed = true;
    }
  }
  const { chunks } = await readCsv(source());
  for await (const _ of chunks) break;
  expect(closed).toBe(true);
});
