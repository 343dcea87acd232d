import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { parquetFile, struct, structs, type ThriftValue, texts } from "../testing/thrift.ts";
import { Footer } from "./footer.ts";
import { loadParquet, openParquetValues } from "./index.ts";

beforeAll(() => registerBackend(cpu()));

const int32 = 1;
type Fields = Readonly<Record<number, ThriftValue>>;
const root = (children: number): Uint8Array => struct({ 4: "root", 5: children });
const column = (name: string, besides: Fields = {}): Uint8Array => struct({ 1: int32, 3: 0, 4: name, ...besides });

/** A page of one number each. */
const pages = [7, 8].map((value) =>
  joined([struct({ 1: 0, 2: 4, 3: 4, 5: struct({ 1: 1, 2: 0, 3: 3, 4: 3 }) }), Uint8Array.of(value, 0, 0, 0)]),
);
const size = pages[0].length;

/** What is said of a column whose page is the first or the second one. */
const chunk = (path: readonly string[], page: number, besides: Fields = {}): Uint8Array => {
  const bytes = BigInt(size);
  const at = BigInt(4 + page * size);
  return struct({
    2: 4n,
    3: struct({
      1: int32,
      2: { type: 5, count: 1, items: Uint8Array.of(0) },
      3: texts(...path),
      4: 0,
      5: 1n,
      6: bytes,
      7: bytes,
      9: at,
      ...besides,
    }),
  });
};

const file = (schema: readonly Uint8Array[], chunks: readonly Uint8Array[], besides: Fields = {}): Uint8Array =>
  parquetFile(
    struct({
      1: 2,
      2: structs(...schema),
      3: 1n,
      4: structs(struct({ 1: structs(...chunks), 2: 0n, 3: 1n })),
      ...besides,
    }),
    joined(pages),
  );
const two = [root(2), column("a"), column("b")];

test("what is read is found among all that may be said besides", async () => {
  const schema = [root(3), column("a", { 6: 17, 9: 5 }), struct({ 3: 0, 4: "g", 5: 1 }), column("x"), column("b")];
  const statistics = { 12: struct({ 3: 0n, 5: "\x07\0\0\0", 6: "\x07\0\0\0" }) };
  const besides = {
    5: structs(struct({ 1: "key", 2: "value" })),
    6: "made by hand",
    15: structs(struct({ 1: struct({}) })),
  };
  const bytes = file(schema, [chunk(["a"], 0, statistics), chunk(["g", "x"], 0), chunk(["b"], 1)], besides);
  const { b, a } = await loadParquet(bytes, { columns: ["b", "a"] });
  expect([a.tolistSync(), b.tolistSync()]).toEqual([[7], [8]]);
});

test("values are read of groups of columns, too", async () => {
  const schema = [root(2), struct({ 3: 0, 4: "g", 5: 1 }), column("x"), column("b")];
  const { names, groups } = await openParquetValues(file(schema, [chunk(["g", "x"], 0), chunk(["b"], 1)]));
  expect(names).toEqual(["g", "b"]);
  for await (const group of groups)
    expect(group).toEqual(
      new Map<string, unknown>([
        ["g", [{ x: 7 }]],
        ["b", [8]],
      ]),
    );
});

test.each<[string, Uint8Array, string]>([
  ["columns in another order", file(two, [chunk(["b"], 1), chunk(["a"], 0)]), 'has another column where "a" should be'],
  ["a column that is not there", file(two, [chunk(["a"], 0)]), "has not all of its columns"],
  [
    "a column too many",
    file(two, [chunk(["a"], 0), chunk(["b"], 1), chunk(["b"], 1)]),
    "has columns that the file has not",
  ],
  [
    "a column by another path",
    file(two, [chunk(["a"], 0), chunk(["b", "c"], 1)]),
    'has another column where "b" should be',
  ],
  ["columns in one place", file(two, [chunk(["a"], 0, { 7: 100n }), chunk(["b"], 0, { 7: 100n })]), "share bytes"],
  [
    "a column of another type",
    file([root(1), column("a", { 1: 2 })], [chunk(["a"], 0)]),
    "a column is of INT32 and of INT64",
  ],
  ["fewer columns than it says", file([root(3), column("a"), column("b")], []), "tells of more than there is"],
  ["more columns than it says", file([root(1), column("a"), column("b")], []), "tells of more than there is"],
  ["a number for a name", file([root(1), struct({ 1: int32, 3: 0, 4: 5 })], []), "tells of more than there is"],
  [
    "a group of less than no rows",
    file(two, [], { 4: structs(struct({ 1: structs(), 3: -1n })) }),
    "a group of -1 rows",
  ],
  [
    "a group of as many rows as 32 bits hold",
    file(two, [], { 4: structs(struct({ 1: structs(), 3: 1 })) }),
    "tells of more than there is",
  ],
  ["no schema", parquetFile(struct({ 1: 2, 3: 1n })), "tells of more than there is"],
])("%s: refused", async (_, bytes, message) => {
  const reading = loadParquet(bytes);
  await expect(reading).rejects.toThrow(FormatError);
  await expect(reading).rejects.toThrow(message);
});

test("of names, one that is there twice is found", () => {
  const footer = (...names: readonly string[]): Footer =>
    new Footer(struct({ 2: structs(root(names.length), ...names.map((name) => column(name))), 4: structs() }));
  expect(footer("a", "b", "ab", "ba", "aa").repeatedName()).toBeNull();
  expect(footer("a", "bcd", "b", "bcd").repeatedName()).toBe("bcd");
  expect([...footer("a", "b").names()]).toEqual(["a", "b"]);
});
