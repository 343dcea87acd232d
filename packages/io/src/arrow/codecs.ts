/** How buffers of Arrow files are unpacked: as frames of LZ4 or Zstandard. pandas compresses by LZ4 unless it is told otherwise. */
import * as library from "apache-arrow";
import { Content, partsOf } from "../compression/content.ts";
import { decodeLz4, lz4Length, unpackLz4 } from "../compression/lz4.ts";
import type { Decoder } from "../compression/output.ts";
import { canHoldZstd, decodeZstd, hasChecksum, requireChecksum, unpackZstd } from "../compression/zstd.ts";
import { FormatError } from "../errors.ts";

export interface Codec {
  /**
   * Whether a buffer can unpack to so many bytes, of which it is seen whether they are damaged.
   *
   * @param room how many bytes may be unpacked at once, here and below.
   * @throws FormatError for a damaged one.
   */
  canHold(packed: Uint8Array, length: bigint, room: number): boolean;
  /** What a buffer holds, of which it was seen that it has that length. */
  open(packed: Uint8Array, length: number, room: number): Content;
  unpack(packed: Uint8Array): Uint8Array;
}

/** In one piece where there is room for it, else in parts. */
function opened(packed: Uint8Array, length: number, room: number, decoder: Decoder, unpack: () => Uint8Array): Content {
  return length <= room ? Content.of(unpack()) : new Content(partsOf(decoder, packed, room), length);
}

/** By their numbers in Arrow's specification. */
const codecs: readonly Codec[] = [
  {
    canHold: (packed, length) => BigInt(lz4Length(packed)) === length,
    open: (packed, length, room) => opened(packed, length, room, decodeLz4, () => unpackLz4(packed)),
    unpack: unpackLz4,
  },
  {
    canHold(packed, length, room) {
      if (length < 0n || !canHoldZstd(packed, Number(length))) return false;
      // A wrong one is found before other buffers are unpacked.
      if (!hasChecksum(packed)) return true;
      if (length <= room) unpackZstd(packed, Number(length), true);
      else requireChecksum(packed, partsOf(decodeZstd, packed, room));
      return true;
    },
    open: (packed, length, room) => opened(packed, length, room, decodeZstd, () => unpackZstd(packed, length, true)),
    unpack: (packed) => unpackZstd(packed),
  },
];

/** The registry that apache-arrow has from version 21 on. */
interface Registry {
  get(codec: number): unknown;
  set(codec: number, functions: { decode(packed: Uint8Array): Uint8Array }): void;
}

/**
 * The codec of a number in a file, which apache-arrow is told of unless the program has given it one.
 *
 * @throws FormatError for one that does not exist, or versions of apache-arrow that cannot be told.
 */
export function codecOf(number: number): Codec {
  const codec = codecs[number];
  if (codec === undefined) throw new FormatError(`it is compressed by the unknown codec ${number}`);
  const { compressionRegistry } = library as { readonly compressionRegistry?: Registry };
  if (compressionRegistry === undefined)
    throw new FormatError("it is compressed, which apache-arrow before version 21 does not read");
  if (!compressionRegistry.get(number)) compressionRegistry.set(number, { decode: codec.unpack });
  return codec;
}
