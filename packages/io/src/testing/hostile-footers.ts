/** Parquet files that are nearly nothing but what they say of themselves, and are refused for the last thing in it. */
import {
  concatenated,
  type ListOf,
  listOfMany,
  parquetFile,
  struct,
  structs,
  type ThriftValue,
  texts,
} from "./thrift.ts";

const int32 = 1;
const required = 0;
const column = (name: string, type = int32): Uint8Array => struct({ 1: type, 3: required, 4: name });
const root = (children: number): Uint8Array => struct({ 4: "r", 5: children });
const nobody = { type: 12, count: 0, items: new Uint8Array() };

/** What is said of a column in a group, which has no bytes. */
const chunk = (name: string, besides: Readonly<Record<number, ThriftValue>> = {}): Uint8Array =>
  struct({ 2: 4n, 3: struct({ 1: int32, 3: texts(name), 4: 0, 5: 0n, 6: 0n, 7: 0n, 9: 4n, ...besides }) });
const group = (columns: ListOf, rows: number, besides: Readonly<Record<number, ThriftValue>> = {}): Uint8Array =>
  struct({ 1: columns, 3: BigInt(rows), ...besides });
/** One column, "a", and groups of no rows, and one of a row that is not there. */
const ofGroups = (groups: ListOf, besides: Readonly<Record<number, ThriftValue>> = {}): Uint8Array =>
  parquetFile(
    struct({
      1: 2,
      2: structs(root(1), column("a")),
      3: 0n,
      4: concatenated(groups, structs(group(structs(chunk("a")), 1))),
      ...besides,
    }),
  );
const ofChunk = (besides: Readonly<Record<number, ThriftValue>>): Uint8Array =>
  ofGroups(structs(group(structs(chunk("a", besides)), 0)));

/** Columns with names of four letters, then others. */
function ofColumns(size: number, last: readonly Uint8Array[], isInGroup: boolean): Uint8Array {
  const elements = listOfMany(12, isInGroup ? size / 4 : size, column("aaaa"), 6);
  const schema = concatenated(structs(root(elements.count + last.length)), elements, structs(...last));
  const chunks = { ...listOfMany(12, elements.count * chunk("aaaa").length, chunk("aaaa"), 9), count: elements.count };
  const groups = isInGroup ? structs(group(concatenated(chunks, structs(chunk("b"))), 0)) : nobody;
  return parquetFile(struct({ 1: 2, 2: schema, 3: 0n, 4: groups }));
}

const empty = Uint8Array.of(0);
const number = Uint8Array.of(0);

export const hostileFooters: Readonly<Record<string, (size: number) => Uint8Array>> = {
  "columns, the last of which has texts": (size) => ofColumns(size, [column("b", 6)], false),
  "columns, two of which have one name": (size) => ofColumns(size, [column("aaaa")], false),
  "columns of a group, the last of which is called otherwise": (size) => ofColumns(size, [column("c")], true),
  "groups of rows": (size) => ofGroups(listOfMany(12, size, group(structs(chunk("a")), 0))),
  "keys and values": (size) => ofGroups(nobody, { 5: listOfMany(12, size, empty) }),
  "texts of keys": (size) => ofGroups(nobody, { 5: listOfMany(12, size, struct({ 1: "ab", 2: "c" })) }),
  "encodings of a column": (size) => ofChunk({ 2: listOfMany(5, size, number) }),
  "names of a column": (size) => ofChunk({ 3: listOfMany(8, size, number) }),
  "statistics of columns": (size) =>
    ofGroups(listOfMany(12, size, group(structs(chunk("a", { 12: struct({ 5: "abcd" }) })), 0))),
  "a statistic of a column": (size) => ofChunk({ 12: struct({ 5: "\xff".repeat(size) }) }),
  "statistics of encodings": (size) => ofChunk({ 13: listOfMany(12, size, empty) }),
  "counts of levels": (size) => ofChunk({ 16: struct({ 2: listOfMany(6, size, number) }) }),
  "orders of a group": (size) => ofGroups(structs(group(structs(chunk("a")), 0, { 4: listOfMany(12, size, empty) }))),
  "what nobody knows": (size) => ofGroups(nobody, { 15: listOfMany(12, size, struct({ 1: empty, 2: empty })) }),
  "a page's header": (size) => {
    // Fields of empty structs, one after the other, before what is said of the page.
    const junk = new Uint8Array(size - (size % 2)).map((_, i) => (i % 2 === 0 ? 0x1c : 0));
    const page = struct({ 1: 0, 2: 4, 3: 4, 5: struct({ 1: 1, 2: 0, 3: 3, 4: 3 }) });
    return ofPage(new Uint8Array([...page.subarray(0, -1), ...junk, 0, 0, 0, 0, 0]));
  },
};

/** One column of two rows, of which there is one. */
function ofPage(bytes: Uint8Array): Uint8Array {
  const meta = struct({
    1: int32,
    3: texts("a"),
    4: 0,
    5: 2n,
    6: BigInt(bytes.length),
    7: BigInt(bytes.length),
    9: 4n,
  });
  const groups = structs(group(structs(struct({ 2: 4n, 3: meta })), 2));
  return parquetFile(struct({ 1: 2, 2: structs(root(1), column("a")), 3: 2n, 4: groups }), bytes);
}
