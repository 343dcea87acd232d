/** How buffers of Arrow files are unpacked: as frames of LZ4 or Zstandard. pandas compresses by LZ4 unless it is told otherwise. */
import * as library from "apache-arrow";
import { lz4Length, unpackLz4 } from "../compression/lz4.ts";
import { canHoldZstd, hasChecksum, unpackZstd } from "../compression/zstd.ts";
import { FormatError } from "../errors.ts";

export interface Codec {
  /** Whether a buffer can unpack to so many bytes. @throws FormatError for a damaged one. */
  canHold(packed: Uint8Array, length: bigint): boolean;
  unpack(packed: Uint8Array): Uint8Array;
}

/** By their numbers in Arrow's specification. */
const codecs: readonly Codec[] = [
  { canHold: (packed, length) => BigInt(lz4Length(packed)) === length, unpack: unpackLz4 },
  {
    canHold(packed, length) {
      if (length < 0n || !canHoldZstd(packed, Number(length))) return false;
      // A wrong one is found before other buffers are unpacked.
      if (hasChecksum(packed)) unpackZstd(packed, Number(length));
      return true;
    },
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
