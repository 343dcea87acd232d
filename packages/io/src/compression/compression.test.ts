import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { below, randomFrom } from "../fuzz/mutate.ts";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { bytesTaken } from "../testing/count-bytes.ts";
import { lz4Length, unpackLz4 } from "./lz4.ts";
import { canHoldZstd, unpackZstd, unpackZstdByLibrary, zstdLength } from "./zstd.ts";

/** How long what a frame holds is; null for a damaged one. */
function lengthOrNull(frame: Uint8Array): number | null {
  try {
    return zstdLength(frame);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return null;
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const uint32 = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer);

/** An LZ4 frame of blocks as they are; plain ones are given as texts. */
function lz4(...blocks: readonly (Uint8Array | string)[]): Uint8Array {
  const parts = blocks.flatMap((block) =>
    typeof block === "string" ? [uint32(0x80000000 + block.length), bytes(block)] : [uint32(block.length), block],
  );
  return joined([uint32(0x184d2204), Uint8Array.of(0x40, 0x40, 0), ...parts, uint32(0)]);
}

/** A sequence: literals, then what lies `distance` before, `length` times. */
function sequence(literals: string, distance: number, length: number): Uint8Array {
  const extra = (n: number): number[] => (n < 15 ? [] : [...new Array<number>(Math.floor((n - 15) / 255)).fill(255), (n - 15) % 255]); // biome-ignore format: one formula
  const token = (Math.min(15, literals.length) << 4) | Math.min(15, length - 4);
  return Uint8Array.of(
    token,
    ...extra(literals.length),
    ...bytes(literals),
    distance & 255,
    distance >> 8,
    ...extra(length - 4),
  );
}
const ending = (literals: string): Uint8Array => joined([Uint8Array.of(literals.length << 4), bytes(literals)]);

describe("LZ4 frames", () => {
  test("unpack, with references over blocks, repetitions and long lengths", () => {
    const frame = lz4(
      "0123456789",
      joined([sequence("ab", 12, 4), sequence("", 1, 300), ending("end")]),
      joined([sequence("x".repeat(20), 3, 5), ending("")]),
    );
    const want = `0123456789ab0123${"3".repeat(300)}end${"x".repeat(25)}`;
    expect(text(unpackLz4(frame))).toBe(want);
    expect(lz4Length(frame)).toBe(want.length);
    expect(text(unpackLz4(lz4()))).toBe("");
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["another kind of file", bytes("0123456789abcdef")],
    ["a frame that is cut off", lz4("0123456789").subarray(0, -5)],
    ["a reference to what is not before", lz4(joined([sequence("ab", 3, 4), ending("")]))],
    ["a reference to itself", lz4(joined([sequence("ab", 0, 4), ending("")]))],
    ["literals beyond the block", lz4(Uint8Array.of(0xf0, 255, 255, 255, 255, 0))],
    ["a block that ends in a reference", lz4(sequence("ab", 1, 4))],
    ["a frame with a dictionary", lz4("a").map((byte, i) => (i === 4 ? byte | 1 : byte))],
  ])("%s is refused", (_, frame) => {
    expect(() => unpackLz4(frame)).toThrow(FormatError);
  });
});

describe("Zstandard frames", () => {
  const content = bytes("a text, and a text again; ".repeat(20_000));
  const frame = new Uint8Array(zstdCompressSync(content));

  test.each([
    ["the runtime", unpackZstd],
    ["fzstd", unpackZstdByLibrary],
  ])("are unpacked by %s", (_, unpack) => {
    expect(text(unpack(frame))).toBe(text(content));
    expect(unpack(frame, content.length)).toEqual(content);
    expect(unpack(new Uint8Array(zstdCompressSync(new Uint8Array())), 0)).toEqual(new Uint8Array());
    expect(() => unpack(frame, content.length + 1)).toThrow(FormatError);
    for (let length = 0; length < frame.length; length++)
      expect(() => unpack(frame.subarray(0, length))).toThrow(FormatError);
  });

  test.each([
    ["the runtime", unpackZstd],
    ["fzstd", unpackZstdByLibrary],
  ])("that say they hold 2 GB take no memory, with %s", async (_, unpack) => {
    const blocks = frame.subarray(9);
    const sized = joined([frame.subarray(0, 4), Uint8Array.of(0xa0), uint32(0x7fffff00), blocks]);
    const windowed = joined([frame.subarray(0, 4), Uint8Array.of(0, 0xa8), blocks]);
    for (const claim of [sized, windowed]) {
      const taken = await bytesTaken(async () => {
        expect(() => unpack(claim)).toThrow(FormatError);
      });
      expect(taken).toBeLessThan(10_000);
    }
    expect(canHoldZstd(frame, content.length)).toBe(true);
  });

  test("that are damaged inside are refused before memory is taken for what they hold", () => {
    const random = randomFrom(1);
    // Literals of all kinds, long and short distances, several blocks.
    const makers: readonly ((i: number) => number)[] = [
      (i) => (i % 7 === 0 ? 97 + below(random, 26) : 32),
      (i) => (i * i) >> 7,
      () => (random() < 0.98 ? 0 : below(random, 256)),
      (i) => [1, 2, 3, 250][Math.floor(random() * random() * 4)] + (i >> 15),
    ];
    let [held, refused] = [0, 0];
    for (const make of makers)
      for (const level of [1, 3, 19]) {
        const content = new Uint8Array(150_000).map((_, i) => make(i));
        const params = { [constants.ZSTD_c_compressionLevel]: level };
        const packed = new Uint8Array(zstdCompressSync(content, { params }));
        expect(lengthOrNull(packed)).toBe(content.length);
        for (let i = 0; i < 15; i++) {
          const damaged = packed.slice();
          damaged[below(random, damaged.length)] ^= 1 << below(random, 8);
          const length = lengthOrNull(damaged);
          let unpacked: number | null = null;
          try {
            unpacked = zstdDecompressSync(damaged, { maxOutputLength: 2 * content.length }).length;
          } catch {
            // Refused.
          }
          // Codes that do not end where they should are read by some versions of the runtime's library.
          if (length === null) refused++;
          else {
            held++;
            expect(unpacked).toBe(length);
          }
        }
      }
    expect(held).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(50);
  });

  test.each([
    ["the runtime", unpackZstd],
    ["fzstd", unpackZstdByLibrary],
  ])("of a megabyte, damaged inside, take a few times their bytes, with %s", async (_, unpack) => {
    const sparse = new Uint8Array(1_000_000).map((_, i) => (i % 1000 === 0 ? i >> 12 : 0));
    const packed = new Uint8Array(zstdCompressSync(sparse));
    expect(packed.length).toBeLessThan(10_000);
    let refused = 0;
    const taken = await bytesTaken(async () => {
      for (let at = 20; at < packed.length - 4; at += Math.floor(packed.length / 30)) {
        const damaged = packed.slice();
        damaged[at] ^= 0xff;
        if (lengthOrNull(damaged) === sparse.length) continue;
        expect(() => unpack(damaged)).toThrow(FormatError);
        refused++;
      }
    });
    expect(refused).toBeGreaterThan(5);
    // A few tables each.
    expect(taken).toBeLessThan(refused * (5 * packed.length + 50_000));
  });
});
