import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, crc32 as nodeCrc32 } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { crc32, crc32ByTables } from "../compression/crc32.ts";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { type ByteSource, openSource } from "../source.ts";
import { bytesTaken } from "../testing/count-bytes.ts";
import { askPython, hasPyTorch } from "../testing/python.ts";
import { ZipArchive } from "./archive.ts";
import { type ZipOptions, zipped } from "./writer.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-zip-"));
afterAll(() => rmSync(folder, { recursive: true }));

const contents: Readonly<Record<string, Uint8Array>> = {
  "a/empty": new Uint8Array(),
  "a/short": Uint8Array.of(1, 2, 3),
  "a/größe 🐍": new TextEncoder().encode("text ".repeat(500)),
  "a/long": Uint8Array.from({ length: 5000 }, (_, i) => (i * i) >> 3),
};

async function zip(options: ZipOptions = {}, records = contents): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const given = Object.entries(records).map(([name, content]) => ({ name, content: () => content }));
  for await (const part of zipped(given, options)) parts.push(part);
  return joined(parts);
}

const open = async (bytes: Uint8Array): Promise<ZipArchive> => ZipArchive.open(await openSource(bytes));

async function all(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const archive = await open(bytes);
  const read: Record<string, Uint8Array> = {};
  for (const name of archive.names()) read[name] = await archive.read(name);
  return read;
}

const layouts: readonly (readonly [string, ZipOptions])[] = [
  ["as they are", {}],
  ["aligned", { alignment: 64 }],
  ["compressed", { compress: true }],
  ["with 64 bits everywhere", { wideFrom: 0, alignment: 64 }],
  ["with 64 bits for the larger ones", { wideFrom: 1000 }],
];

test("the checksum is that of other implementations, also in parts", () => {
  for (const sum of [crc32, crc32ByTables]) expect(sum(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  const bytes = Uint8Array.from({ length: 1001 }, (_, i) => (i * 7919) & 255);
  for (const length of [0, 1, 3, 4, 5, 1000, 1001])
    for (const sum of [crc32, crc32ByTables])
      expect(sum(bytes.subarray(0, length))).toBe(nodeCrc32(bytes.subarray(0, length)));
  for (const sum of [crc32, crc32ByTables])
    expect(sum(bytes.subarray(10), sum(bytes.subarray(0, 10)))).toBe(nodeCrc32(bytes));
});

test("the checksum of more than 4 GiB is that of all of it", { timeout: 120_000 }, () => {
  const bytes = new Uint8Array(2 ** 32 + 5);
  bytes[2 ** 32 + 4] = 5;
  // As Python's zlib has it.
  expect(crc32(bytes)).toBe(3_249_034_540);
});

describe.each(layouts)("records %s", (_, options) => {
  test("are read again, whole and from their start", async () => {
    const bytes = await zip(options);
    expect(await all(bytes)).toEqual(contents);
    const archive = await open(bytes);
    for (const [name, content] of Object.entries(contents))
      for (const length of [0, 2, 2000, 10_000])
        expect(await archive.readStart(name, length)).toEqual(content.subarray(0, length));
  });

  test.skipIf(!hasPyTorch)("are read by Python, where that is installed", async () => {
    writeFileSync(join(folder, "here.zip"), await zip(options));
    const got = askPython(
      `import json, zipfile
z = zipfile.ZipFile("here.zip")
assert z.testzip() is None
print(json.dumps({name: list(z.read(name)) for name in z.namelist()}))`,
      folder,
    );
    expect(got).toEqual(Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, [...bytes]])));
  });

  test("are refused when cut off anywhere, or when a byte follows", async () => {
    const bytes = await zip(options);
    for (let length = 0; length < bytes.length; length += length < bytes.length - 600 ? 97 : 1)
      await expect(all(bytes.subarray(0, length))).rejects.toThrow(FormatError);
    await expect(all(joined([bytes, Uint8Array.of(0)]))).rejects.toThrow("has no end");
  });

  test("are refused when their content is damaged", async () => {
    const bytes = await zip(options, { a: contents["a/long"] });
    const at = Math.floor(bytes.length / 2);
    bytes[at] ^= 0x10;
    await expect(all(bytes)).rejects.toThrow(FormatError);
  });
});

test("only what is asked for is read", async () => {
  const bytes = await zip(
    { alignment: 64 },
    { first: new Uint8Array(1e6), second: Uint8Array.of(7), third: new Uint8Array(1e6) },
  );
  let read = 0;
  const source: ByteSource = {
    name: "counted",
    size: bytes.length,
    async read(start, end) {
      read += end - start;
      return bytes.slice(start, end);
    },
    close: async () => undefined,
  };
  const archive = await ZipArchive.open(source);
  expect(await archive.read("second")).toEqual(Uint8Array.of(7));
  expect(read).toBeLessThan(70_000);
});

test("content begins at a multiple of the alignment", async () => {
  const marks = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`${"n".repeat(i * 13)}${i}`, Uint8Array.of(222, 173, 190, i)]),
  );
  const bytes = await zip({ alignment: 64 }, marks);
  for (let i = 0; i < 9; i++) expect(Buffer.from(bytes).indexOf(Uint8Array.of(222, 173, 190, i)) % 64).toBe(0);
});

describe("a directory that cannot be is refused", () => {
  /** Where the entry of the n-th record is in the directory. */
  const entryAt = (bytes: Uint8Array, n: number): number => {
    let at = -1;
    for (let i = 0; i <= n; i++) at = Buffer.from(bytes).indexOf("PK\x01\x02", at + 1, "latin1");
    return at;
  };
  const two = { "a/1": Uint8Array.of(1, 2, 3, 4), "a/2": Uint8Array.of(5, 6, 7, 8) };
  const changed = async (change: (view: DataView, entry: number) => void): Promise<Uint8Array> => {
    const bytes = await zip({}, two);
    change(new DataView(bytes.buffer), entryAt(bytes, 1));
    return bytes;
  };

  test.each<[string, (view: DataView, entry: number) => void, string]>([
    ["a record over another", (view, entry) => view.setUint32(entry + 42, 0, true), "overlaps"],
    ["a record beyond the file", (view, entry) => view.setUint32(entry + 42, 1e9, true), "lies outside"],
    [
      "a size beyond the file",
      (view, entry) => {
        view.setUint32(entry + 20, 1e9, true);
        view.setUint32(entry + 24, 1e9, true);
      },
      "lies outside",
    ],
    ["sizes that differ without compression", (view, entry) => view.setUint32(entry + 24, 5, true), "not compressed"],
    ["encryption", (view, entry) => view.setUint16(entry + 8, 1, true), "encrypted"],
    ["an unknown method", (view, entry) => view.setUint16(entry + 10, 93, true), "unknown method 93"],
    ["two of one name", (view, entry) => view.setUint8(entry + 48, 0x31), "two records"],
    ["another name than the record's own", (view, entry) => view.setUint8(entry + 48, 0x33), "called otherwise"],
    [
      "a place inside of a record",
      (view, entry) => view.setUint32(entry + 42, view.getUint32(entry + 42, true) - 1, true),
      "FormatError",
    ],
    ["a wrong checksum", (view, entry) => view.setUint32(entry + 16, 1, true), "checksum"],
    [
      "64-bit sizes that are not there",
      (view, entry) => view.setUint32(entry + 42, 0xffffffff, true),
      "lacks its 64-bit sizes",
    ],
    ["a long name", (view, entry) => view.setUint16(entry + 28, 999, true), "cut off"],
    ["more records than there are", (view) => view.setUint16(view.byteLength - 12, 3, true), "too short for 3"],
    ["fewer records than there are", (view) => view.setUint16(view.byteLength - 12, 1, true), "has more in it"],
    ["very many records", (view) => view.setUint16(view.byteLength - 12, 60_000, true), "too short for 60000"],
    ["another place", (view) => view.setUint32(view.byteLength - 6, 1, true), "bytes are missing or too many"],
  ])("%s", async (_, change, message) => {
    const error: unknown = await all(await changed(change)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    if (message !== "FormatError") expect((error as Error).message).toContain(message);
  });
});

describe("a record that unpacks to something else than it says is refused", () => {
  /** A file of one record of zeros, in whose directory another size stands. */
  const claiming = async (size: number, content = new Uint8Array(100_000)): Promise<Uint8Array> => {
    const bytes = await zip({ compress: true }, { zeros: content });
    const at = Buffer.from(bytes).indexOf("PK\x01\x02", 0, "latin1");
    new DataView(bytes.buffer).setUint32(at + 24, size, true);
    return bytes;
  };

  test.each([
    [99_999, "holds more than"],
    [100_001, "holds 100000 bytes, not"],
    [4e9, "cannot hold 4000000000 bytes in"],
  ])("%d bytes instead of 100000", async (size, message) => {
    await expect(all(await claiming(size))).rejects.toThrow(message);
  });

  test("also where what follows is no deflate", async () => {
    const bytes = await zip({ compress: true }, { a: contents["a/long"] });
    bytes.fill(0xff, 40, 60);
    await expect(all(bytes)).rejects.toThrow(FormatError);
  });

  test("zeros, which take a thousandth, are read", async () => {
    const zeros = new Uint8Array(3_000_000);
    expect(deflateRawSync(zeros).length).toBeLessThan(4000);
    expect(await all(await zip({ compress: true }, { zeros }))).toEqual({ zeros });
  });
});

test("records that unpack to far more than the file are all checked before one is kept", async () => {
  const names = ["a", "b"];
  const parts: Uint8Array[] = [];
  const records = names.map((name) => ({ name, content: () => new Uint8Array(1_000_000) }));
  for await (const part of zipped(records, { compress: true })) parts.push(part);
  const bytes = joined(parts);
  const right = await ZipArchive.open(await openSource(bytes));
  await right.verify(names);
  expect((await right.read("b")).length).toBe(1_000_000);
  // The checksum of the second record, in the directory, is another one.
  const at = Buffer.from(bytes).lastIndexOf(Buffer.of(0x50, 0x4b, 1, 2));
  bytes[at + 16] ^= 1;
  let error: unknown;
  const taken = await bytesTaken(async () => {
    const damaged = await ZipArchive.open(await openSource(bytes));
    await damaged.verify(names).catch((thrown: unknown) => (error = thrown));
  });
  expect(error).toBeInstanceOf(FormatError);
  // Beside the file itself, what a window of deflate takes.
  expect(taken).toBeLessThan(250_000);
});
