import { gzipSync } from "node:zlib";
import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { describe, expect, test } from "vitest";
import { Content } from "../compression/content.ts";
import { snappyLength } from "../compression/snappy.ts";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { bytesTaken } from "../testing/count-bytes.ts";
import { snappy } from "../testing/runs.ts";
import { struct } from "../testing/thrift.ts";
import { Limits } from "./limits.ts";
import { readDifferences, readRuns } from "./runs.ts";
import { readStruct } from "./thrift.ts";
import { inflatedLength, requireUnpackable, unpackPage } from "./unpack.ts";
import { type Chunk, verifyChunk } from "./verify.ts";

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** A page of version 1: as many values as it says, in an encoding, and how long it says it is. */
function page(values: number, encoding: number, content: Uint8Array, unpacked = content.length): Uint8Array {
  const header = struct({ 1: 0, 2: unpacked, 3: content.length, 5: struct({ 1: values, 2: encoding, 3: 3, 4: 3 }) });
  return joined([header, content]);
}
function pageV2(values: number, nulls: number, levels: Uint8Array, encoding: number, content: Uint8Array): Uint8Array {
  const said = struct({ 1: values, 2: nulls, 3: values, 4: encoding, 5: levels.length, 6: 0 });
  const length = levels.length + content.length;
  return joined([struct({ 1: 3, 2: length, 3: length, 8: said }), levels, content]);
}
const dictionary = (values: number, content: Uint8Array, unpacked = content.length): Uint8Array =>
  joined([struct({ 1: 2, 2: unpacked, 3: content.length, 7: struct({ 1: values, 2: 0 }) }), content]);
const [plainPage, plainDictionary] = [page, dictionary];

interface Column {
  readonly type?: SchemaElement["type"];
  readonly codec?: ColumnMetaData["codec"];
  readonly optional?: boolean;
  readonly refuseMissing?: boolean;
  readonly most?: number;
  readonly limits?: Limits | null;
  readonly room?: number;
}

const enough = 1_000_000;

function verify(
  content: Uint8Array,
  rows: number,
  {
    type = "DOUBLE",
    codec = "UNCOMPRESSED",
    optional = false,
    refuseMissing = false,
    most = 1e9,
    limits = null,
    room = enough,
  }: Column = {},
): void {
  const element: SchemaElement = { name: "x", type, repetition_type: optional ? "OPTIONAL" : "REQUIRED" };
  let left = most;
  const chunk: Chunk = {
    meta: { type, codec } as ColumnMetaData,
    path: [element],
    rows,
    firstRow: 10,
    refuseMissing,
    limits,
    count: (values) => {
      left -= values;
      if (left < 0) throw new FormatError("repeats values");
    },
    room,
  };
  verifyChunk(content, chunk);
}
/** Levels of a page of version 1: their length, then runs. */
const levels = (...runs: number[]): Uint8Array => joined([bytes(runs.length, 0, 0, 0), bytes(...runs)]);
const doubles = (n: number): Uint8Array => new Uint8Array(8 * n);

describe("pages", () => {
  test("that hold what they say", () => {
    verify(joined([page(2, 0, doubles(2)), page(1, 0, doubles(1))]), 3);
    verify(page(3, 0, joined([levels(2, 1, 4, 0), doubles(1)])), 3, { optional: true });
    verify(page(3, 0, joined([levels(3, 0b101), doubles(2)])), 3, { optional: true });
    verify(joined([dictionary(2, doubles(2)), page(4, 8, bytes(1, 3, 0b1010))]), 4);
    verify(joined([dictionary(1, doubles(1)), page(1_000_000, 8, bytes(0))]), 1_000_000);
    verify(pageV2(4, 1, bytes(6, 1, 2, 0), 0, doubles(3)), 4, { optional: true });
    verify(page(9, 3, joined([bytes(2, 0, 0, 0), bytes(18, 1)])), 9, { type: "BOOLEAN" });
    verify(page(12, 9, doubles(12)), 12);
  });

  test.each<[string, () => void, string]>([
    ["fewer values than rows", () => verify(page(2, 0, doubles(2)), 3), "2 values in a group of 3 rows"],
    ["more values than rows", () => verify(page(4, 0, doubles(4)), 3), "more values than rows"],
    ["more values than bytes", () => verify(page(4, 0, doubles(3)), 4), "not as many values"],
    ["a length below zero", () => verify(page(1, 0, doubles(1), -8), 1), "does not say how long it is"],
    ["a length that it has not", () => verify(page(1, 0, doubles(1), 16), 1), "not as long as it says"],
    ["a length beyond its values", () => verify(page(1, 0, doubles(1), 1e9), 1), "would have 1000000000 bytes"],
    ["an end that is cut off", () => verify(page(1, 0, doubles(1)).subarray(0, -1), 1), "cut off"],
    [
      "fewer levels than values",
      () => verify(page(9, 0, joined([levels(2, 1), doubles(9)])), 9, { optional: true }),
      "not as many",
    ],
    [
      "a run of levels without end",
      () => verify(page(9, 0, joined([levels(254, 255, 255, 255, 15, 1), doubles(9)])), 9, { optional: true }),
      "not as many",
    ],
    [
      "other missing values than it says",
      () => verify(pageV2(4, 2, bytes(6, 1, 2, 0), 0, doubles(3)), 4, { optional: true }),
      "not as many",
    ],
    [
      "a value beyond the dictionary",
      () => verify(joined([dictionary(2, doubles(2)), page(1, 8, bytes(2, 2, 2))]), 1),
      "not in the column's dictionary",
    ],
    ["a dictionary that is not there", () => verify(page(1, 8, bytes(0)), 1), "not in the column's dictionary"],
    [
      "a dictionary of more than it has",
      () => verify(joined([dictionary(1e9, doubles(2)), page(1, 8, bytes(0))]), 1),
      "not as many values",
    ],
    ["an unknown encoding", () => verify(page(1, 4, doubles(1)), 1), "the encoding 4"],
    ["truths in doubles", () => verify(page(1, 3, doubles(1)), 1), "are no runs"],
    [
      "more values than any file has",
      () => verify(joined([dictionary(1, doubles(1)), page(1e6, 8, bytes(0))]), 1e6, { most: 1e5 }),
      "repeats values",
    ],
  ])("with %s are refused", async (_, run, message) => {
    const taken = await bytesTaken(async () => {
      expect(run).toThrow(FormatError);
      expect(run).toThrow(message);
    });
    expect(taken).toBeLessThan(2000);
  });

  test.each([
    ["whole", (content: Uint8Array) => content, {}],
    // Nothing in so small a page is repeated.
    ["in parts", snappy, { codec: "SNAPPY", room: 1 }],
  ] as const)(
    "with numbers that the column may not have are refused, in every encoding, looked at %s",
    (_, pack, how) => {
      const page = (values: number, encoding: number, content: Uint8Array): Uint8Array =>
        plainPage(values, encoding, pack(content), content.length);
      const dictionary = (values: number, content: Uint8Array): Uint8Array =>
        plainDictionary(values, pack(content), content.length);
      const int64 = new Limits("x", "int64", [0, 2 ** 63]);
      const int8 = new Limits("x", "int8", [-128, 127]);
      const wide = (...values: bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer);
      const narrow = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);
      const split = (content: Uint8Array, width: number): Uint8Array => {
        const count = content.length / width;
        return content.map((_, at) => content[(at % count) * width + Math.floor(at / count)]);
      };
      /** A block of 128 in 4 parts: the first number is 1, and twice 1 + 2⁶² is added. */
      const differences = bytes(
        128,
        1,
        4,
        3,
        2,
        2,
        63,
        0,
        0,
        0,
        ...Array.from({ length: 252 }, (_, i) => (i === 7 ? 0x40 : i === 15 ? 0x20 : 0)),
      );
      const of64 = { type: "INT64", limits: int64, ...how } as const;
      const of32 = { type: "INT32", limits: int8, ...how } as const;
      verify(page(2, 0, wide(0n, 2n ** 63n - 1n)), 2, of64);
      verify(page(3, 0, narrow(-128, 127, 0)), 3, of32);
      verify(page(3, 9, split(narrow(-128, 127, 0), 4)), 3, of32);
      // A number of the dictionary that no value is.
      verify(joined([dictionary(2, wide(-1n, 5n)), page(3, 8, bytes(1, 6, 1))]), 3, of64);
      const refused = (run: () => void, message: string): void => expect(run).toThrow(`the column "x" has ${message}`);
      refused(
        () => verify(page(2, 0, wide(0n, -1n)), 2, of64),
        "18446744073709551615 in row 12: int64 has no such number",
      );
      refused(() => verify(page(2, 0, narrow(0, 128)), 2, of32), "128 in row 12: int8");
      refused(() => verify(page(2, 9, split(narrow(0, -129), 4)), 2, of32), "-129 in row 12: int8");
      refused(() => verify(page(2, 9, split(wide(1n, -2n), 8)), 2, of64), "18446744073709551614 in row 12");
      refused(
        () => verify(joined([dictionary(2, wide(5n, -1n)), page(3, 8, bytes(1, 3, 0b010))]), 3, of64),
        "18446744073709551615 in row 12",
      );
      refused(
        () => verify(joined([dictionary(1, wide(-1n)), page(3, 8, bytes(0))]), 3, of64),
        "18446744073709551615 in row 11",
      );
      // Which row it is, is not known where others are missing.
      refused(
        () => verify(page(3, 0, joined([levels(3, 0b101), wide(5n, -1n)])), 3, { ...of64, optional: true }),
        "18446744073709551615: int64",
      );
      refused(() => verify(page(5, 5, differences), 5, of64), "9223372036854775811 in row 13");
      readDifferences(Content.of(differences), 3, (value, i) =>
        expect(value).toBe([1n, 2n + 2n ** 62n, 3n - 2n ** 63n][i]),
      );
    },
  );

  test("of lists with empty ones, in version 2, are refused by name", () => {
    // A list of one value, then one of none, which is not missing.
    const page = joined([
      struct({ 1: 3, 2: 12, 3: 12, 8: struct({ 1: 2, 2: 0, 3: 2, 4: 0, 5: 2, 6: 2 }) }),
      bytes(4, 0, 3, 0b01),
      doubles(1),
    ]);
    const path: SchemaElement[] = [
      { name: "l", repetition_type: "REPEATED" },
      { name: "x", type: "DOUBLE", repetition_type: "REQUIRED" },
    ];
    const meta = { type: "DOUBLE", codec: "UNCOMPRESSED" } as ColumnMetaData;
    const chunk: Chunk = {
      meta,
      path,
      rows: 2,
      firstRow: 0,
      refuseMissing: false,
      limits: null,
      count: () => undefined,
      room: enough,
    };
    expect(() => verifyChunk(page, chunk)).toThrow('the column "l" has lists or groups in pages of version 2');
  });

  test("that lack a value say where, if that is refused", () => {
    const content = joined([page(2, 0, joined([levels(4, 1), doubles(2)])), page(2, 0, joined([levels(2, 1, 2, 0), doubles(1)]))]); // biome-ignore format: pages
    verify(content, 4, { optional: true });
    expect(() => verify(content, 4, { optional: true, refuseMissing: true })).toThrow('"x" has no value in row 14');
  });
});

describe("runs", () => {
  test("are counted, with their largest number", () => {
    // Three times 5, then 0 to 7 in three bits each.
    const runs = bytes(6, 5, 3, 0b10001000, 0b11000110, 0b11111010);
    expect(readRuns(Content.of(runs), 3, 11, 5)).toEqual({ most: 7, wanted: 4, firstOther: 3 });
    expect(readRuns(Content.of(runs), 3, 4, 5)).toEqual({ most: 5, wanted: 3, firstOther: 3 });
    expect(readRuns(Content.of(bytes(2, 0x34, 0x12)), 13, 1, 0).most).toBe(0x1234);
    expect(readRuns(Content.of(bytes(16)), 0, 8, 0)).toEqual({ most: 0, wanted: 8, firstOther: -1 });
  });

  test.each([
    ["of more than are left", bytes(200, 1, 1), 1],
    ["of a length below zero, over which hyparquet would never end", bytes(255, 255, 255, 255, 15), 0],
    ["of no bits, very often", bytes(255, 255, 255, 127), 0],
    ["that are cut off", bytes(3, 1), 3],
    ["of numbers of 32 bits", bytes(2, 1, 1, 1, 1), 32],
  ])("%s are refused", (_, runs, width) => {
    expect(() => readRuns(Content.of(runs), width, 9, 0)).toThrow(FormatError);
  });

  test("of differences must be as many as they are said to be", () => {
    // Blocks of 128 in 4 parts, the first number 7; then one block of which each part takes no bits.
    const start = [128, 1, 4, 129, 2, 14];
    const block = [2, 0, 0, 0, 0];
    readDifferences(Content.of(bytes(...start, ...block)), 129);
    for (const [differences, count] of [
      [[...start, ...block], 130],
      [[128, 1, 0, 1, 14], 2],
      [[255, 255, 255, 127, 1, 1, 14, 2, 0], 1e6],
      [start.slice(0, 3), 1],
      [[...start, 2, 255, 0, 0, 0], 129],
    ] as const)
      expect(() => readDifferences(Content.of(bytes(...differences)), count)).toThrow(FormatError);
  });
});

describe("what a file says of itself", () => {
  test("numbers and structs are read, texts and lists passed over", () => {
    const list = bytes(0x19, 0x25, 2, 4); // of two whole numbers, as the next field
    const content = joined([bytes(0x15, 7, 0x18, 2, 65, 66), list, bytes(0x11, 0x1c), struct({ 1: 5 }), bytes(0)]);
    const { struct: found, end } = readStruct(content, 0, {
      1: "int",
      2: "text",
      3: ["int"],
      4: "bool",
      5: { 1: "int" },
    });
    expect(end).toBe(content.length);
    expect([...found.keys()]).toEqual([1, 4, 5]);
    expect([found.get(1), found.get(4), found.get(5)]).toEqual([-4, true, new Map([[1, 5]])]);
  });

  test.each([
    ["lists of more than there is", bytes(0x19, 0xf5, 255, 255, 255, 127, 0)],
    ["texts of more than there is", bytes(0x18, 255, 255, 255, 127, 0)],
    ["structs without end", bytes(0x15, 2)],
    ["structs in structs in structs", new Uint8Array(1000).fill(0x1c)],
    ["lists in lists in lists", joined([bytes(0x19), new Uint8Array(1000).fill(0x19)])],
    ["numbers of too many bytes", bytes(0x15, 255, 255, 255, 255, 255, 1, 0)],
    ["an unknown kind", bytes(0x1f, 0)],
  ])("%s are refused", (_, content) => {
    expect(() => readStruct(content, 0, {})).toThrow(FormatError);
  });
});

describe("compressed pages", () => {
  test("Snappy's length is found without unpacking", () => {
    // "ab", then 6 from 2 before by a tag of two bytes, 10 from 1 before by one of three.
    const packed = bytes(18, 0b100, 97, 98, 0b1001, 2, 0b100110, 1, 0);
    expect(snappyLength(packed)).toBe(18);
    for (const damage of [bytes(), bytes(255, 255, 255, 255, 255, 1), packed.subarray(0, -1), bytes(9, 0b100, 97)])
      expect(() => snappyLength(damage)).toThrow(FormatError);
    expect(() => snappyLength(bytes(4, 0b1, 1))).toThrow(FormatError);
  });

  test.each(["SNAPPY", "GZIP", "ZSTD", "LZ4_RAW", "LZ4", "BROTLI"] as const)(
    "of %s that say 2 GB take no memory",
    async (codec) => {
      const packed =
        codec === "GZIP" ? new Uint8Array(gzipSync(new Uint8Array(1000))) : bytes(40, 181, 47, 253, 0, 88, 1, 0, 0);
      const taken = await bytesTaken(async () => {
        expect(() => requireUnpackable(codec, packed, 2 ** 31 - 1, enough)).toThrow(FormatError);
      });
      expect(taken).toBeLessThan(70_000);
    },
  );

  test("of gzip are gone through first where only libraries unpack them", () => {
    const packed = new Uint8Array(gzipSync(new Uint8Array(1e6)));
    expect(inflatedLength(packed, 1e6)).toBe(1e6);
    expect(inflatedLength(packed, 1e6 + 1)).toBe(1e6);
    expect(unpackPage("GZIP", packed, 1e6).length).toBe(1e6);
    for (const length of [1e6 - 1, 1e6 + 1]) expect(() => unpackPage("GZIP", packed, length)).toThrow(FormatError);
    for (const most of [1e6 - 1, 1e9]) expect(() => inflatedLength(packed, most)).toThrow(FormatError);
    expect(() => inflatedLength(packed.subarray(0, 500), 5e5)).toThrow(FormatError);
    // Its checksum.
    const other = packed.with(packed.length - 8, packed[packed.length - 8] ^ 1);
    expect(() => inflatedLength(other, 1e6)).toThrow(FormatError);
  });
});
