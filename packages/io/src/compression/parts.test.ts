import { constants, deflateRawSync, gzipSync, inflateRawSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { below, randomFrom } from "../fuzz/mutate.ts";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { openPage, requireUnpackable } from "../parquet/unpack.ts";
import { lz4Block, snappy } from "../testing/runs.ts";
import { partsOf } from "./content.ts";
import { decodeDeflate } from "./deflate.ts";
import { gunzipInParts } from "./gzip.ts";
import { decodeLz4OfHadoop } from "./lz4.ts";
import { Length } from "./output.ts";
import { decodeZstd, requireChecksum } from "./zstd.ts";

const random = randomFrom(7);
/** Runs, noise and texts in turns, that refer to what is near and far. */
const content = ((): Uint8Array => {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < 300; i++) {
    const length = 1 + below(random, 3000);
    const far = parts[below(random, parts.length)] ?? new Uint8Array(5);
    if (i % 3 === 0) parts.push(new Uint8Array(length).fill(below(random, 256)));
    else if (i % 3 === 1) parts.push(new Uint8Array(length % 200).map(() => below(random, 256)));
    else parts.push(far);
  }
  return joined(parts);
})();

const level = (n: number): { params: Record<number, number> } => ({
  params: { [constants.ZSTD_c_compressionLevel]: n, [constants.ZSTD_c_checksumFlag]: 1 },
});
const codecs = [
  ["SNAPPY", snappy(content)],
  ["LZ4_RAW", lz4Block(content)],
  ["LZ4", lz4Block(content)],
  ["GZIP", new Uint8Array(gzipSync(content))],
  ["ZSTD", new Uint8Array(zstdCompressSync(content, level(1)))],
  ["ZSTD", new Uint8Array(zstdCompressSync(content, level(19)))],
] as const;

type Codec = (typeof codecs)[number][0];

/** What a page holds, through a room of so many bytes; null if it is refused. */
function held(codec: Codec, packed: Uint8Array, room: number): Uint8Array | null {
  try {
    requireUnpackable(codec, packed, content.length, room);
    const from = openPage(codec, packed, content.length, room).open();
    const parts: Uint8Array[] = [];
    while (from.left > 0) parts.push(from.some(1, from.left).slice());
    return joined(parts);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return null;
  }
}
/** Less than there is, and more than anything refers back. */
const narrow = content.length - 1;

describe("pages that are unpacked in parts", () => {
  test.each(codecs)("of %s hold the same", (codec, packed) => {
    expect(held(codec, packed, narrow)).toEqual(content);
    expect(held(codec, packed, content.length)).toEqual(content);
  });

  test.each(codecs)("of %s are refused where a whole one is", (codec, packed) => {
    let [same, refused] = [0, 0];
    for (let i = 0; i < 40; i++) {
      const damaged = packed.slice(0, i % 8 === 0 ? below(random, packed.length) : packed.length);
      if (damaged.length > 0) damaged[below(random, damaged.length)] ^= 1 << below(random, 8);
      const [parts, whole] = [held(codec, damaged, narrow), held(codec, damaged, content.length)];
      // Libraries may refuse more, such as flags that mean nothing; what is read is the same.
      if (whole !== null) expect(parts).toEqual(whole);
      if (whole !== null) same++;
      else if (parts === null) refused++;
    }
    expect(same + refused).toBeGreaterThan(35);
    expect(refused).toBeGreaterThan(5);
  });

  test("refer no further back than there is room, and Brotli has no parts", () => {
    const far = joined([content.subarray(0, 50_000), new Uint8Array(10_000), content.subarray(0, 50_000)]);
    const packed = new Uint8Array(zstdCompressSync(far, level(19)));
    expect([...partsOf(decodeZstd, packed, 60_000)].reduce((sum, { length }) => sum + length, 0)).toBe(far.length);
    expect(() => partsOf(decodeZstd, packed, 59_000)).toThrow(/refers to \d+ bytes before/);
    expect(() => requireUnpackable("BROTLI", packed, 1_000_000, 999_999)).toThrow("is compressed by BROTLI");
  });

  test("are compared with their checksum", () => {
    const frame = codecs[5][1];
    requireChecksum(frame, [content]);
    for (let size = 0; size < 100; size++) {
      const short = content.subarray(0, size);
      requireChecksum(new Uint8Array(zstdCompressSync(short, level(1))), [
        short.subarray(0, size / 3),
        short.subarray(size / 3),
      ]);
    }
    expect(() => requireChecksum(frame, [content.subarray(1)])).toThrow(FormatError);
  });
});

describe("deflate", () => {
  const lengthOf = (packed: Uint8Array): number | null => {
    const length = new Length();
    try {
      decodeDeflate(packed, length).next();
      return length.made;
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      return null;
    }
  };

  test("is read as the runtime reads it, damaged or not", () => {
    let [read, refused] = [0, 0];
    for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY])
      for (const level of [0, 1, 9]) {
        const packed = new Uint8Array(deflateRawSync(content, { level, strategy }));
        expect(lengthOf(packed)).toBe(content.length);
        for (let i = 0; i < 30; i++) {
          const damaged = packed.slice();
          // Half of it where codes are described.
          damaged[below(random, i % 2 === 0 ? damaged.length : 200)] ^= 1 << below(random, 8);
          let expected: number | null = null;
          try {
            expected = inflateRawSync(damaged).length;
          } catch {
            // Refused.
          }
          expect(lengthOf(damaged)).toBe(expected);
          if (expected === null) refused++;
          else read++;
        }
      }
    expect(read).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(20);
  });

  test("comes in members of gzip, with names, each with a checksum", () => {
    const plain = new Uint8Array(gzipSync(content.subarray(0, 1000)));
    // Flags of an extra field of two bytes, a name, and a comment.
    const named = joined([
      plain.subarray(0, 3),
      Uint8Array.of(28),
      plain.subarray(4, 10),
      Uint8Array.of(2, 0, 1, 2, 97, 0, 98, 0),
      plain.subarray(10),
    ]);
    const read = (packed: Uint8Array): number =>
      [...gunzipInParts(packed)].reduce((sum, { length }) => sum + length, 0);
    expect(read(joined([named, plain, new Uint8Array(3)]))).toBe(2000);
    for (const at of [plain.length - 8, plain.length - 4, 0, 3]) {
      const damaged = plain.with(at, plain[at] ^ 0x80);
      expect(() => read(joined([damaged, plain]))).toThrow(FormatError);
      expect(() => read(joined([plain, damaged]))).toThrow(FormatError);
    }
    for (let length = 0; length < plain.length; length += 7)
      expect(() => read(plain.subarray(0, length))).toThrow(FormatError);
  });
});

test("blocks of LZ4 stand alone or after the lengths that Hadoop writes", () => {
  const header = (...lengths: readonly number[]): Uint8Array =>
    Uint8Array.from(lengths.flatMap((n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]));
  const halves = [content.subarray(0, 100_000), content.subarray(100_000)];
  const blocks = halves.flatMap((half) => [header(half.length, lz4Block(half).length), lz4Block(half)]);
  expect(held("LZ4", joined(blocks), narrow)).toEqual(content);
  expect(held("LZ4", joined(blocks), content.length)).toEqual(content);
  const length = new Length();
  for (const _ of decodeLz4OfHadoop(joined(blocks), length));
  expect(length.made).toBe(content.length);
  // A page that is said to be longer is not filled up with zeros.
  expect(() => requireUnpackable("LZ4", joined(blocks), content.length + 1, 1e9)).toThrow(FormatError);
});
