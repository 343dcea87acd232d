/** How pages of Parquet files are unpacked; first it is seen whether they can be as long as they say. */
import { Gunzip } from "fflate";
import type { CompressionCodec, Compressors } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { lz4BlockLength } from "../compression/lz4.ts";
import { runtimeUnpack } from "../compression/runtime.ts";
import { snappyLength } from "../compression/snappy.ts";
import { canHoldZstd, unpackZstd } from "../compression/zstd.ts";
import { FormatError } from "../errors.ts";
import { crc32 } from "../zip/crc32.ts";

const damaged = (): FormatError => new FormatError("the Parquet file is damaged: a page is not as long as it says");

const own = { GZIP: runtimeUnpack("gunzipSync"), BROTLI: runtimeUnpack("brotliDecompressSync") };

/** What hyparquet unpacks with. */
export const unpackers: Compressors = {
  ...compressors,
  ZSTD: (packed, length) => unpackZstd(packed, length),
  ...(own.GZIP !== null && { GZIP: own.GZIP }),
  ...(own.BROTLI !== null && { BROTLI: own.BROTLI }),
};

/** Deflate makes no more bytes than this of one, LZ4 no more than that. */
const [mostOfDeflate, mostOfLz4] = [1032, 255];
/** Up to this ratio the content is not gone through before memory is taken for it. */
const trustedRatio = 4;
/** Of Brotli nobody knows before it is unpacked; in browsers, a page that is longer than this, beyond deflate's ratio, is refused. */
const mostOfBrotli = 64 * 1024 * 1024;
const portion = 1024;
/** What stands before and after the content. */
const leastOfGzip = 18;

/**
 * Goes through a page that is to be unpacked, without doing so.
 *
 * @throws FormatError for one that is not of `length` bytes, as far as that can be known of its codec.
 */
export function requireUnpackable(codec: CompressionCodec, packed: Uint8Array, length: number): void {
  const holds = codec === "UNCOMPRESSED" ? packed.length === length : canHold(codec, packed, length, true);
  if (!holds) throw damaged();
  if (codec !== "UNCOMPRESSED") unpackerOf(codec);
}

/**
 * A page's content.
 *
 * @throws FormatError for one that is not of `length` bytes; as a rule before memory is taken for it.
 */
export function unpackPage(codec: CompressionCodec, packed: Uint8Array, length: number): Uint8Array {
  if (codec === "UNCOMPRESSED") {
    if (packed.length !== length) throw damaged();
    return packed;
  }
  if (!canHold(codec, packed, length, false)) throw damaged();
  if (length === 0) return new Uint8Array();
  const unpack = unpackerOf(codec);
  let page: Uint8Array;
  try {
    page = unpack(packed, length);
  } catch (cause) {
    throw new FormatError("the Parquet file is damaged: a page cannot be unpacked", { cause });
  }
  if (page.length !== length) throw damaged();
  return page;
}

function unpackerOf(codec: CompressionCodec | undefined): NonNullable<Compressors[CompressionCodec]> {
  const unpack = codec && unpackers[codec];
  if (unpack === undefined)
    throw new FormatError(`the Parquet file is compressed by ${codec ?? "an unknown codec"}, which is not read`);
  return unpack;
}

/** @param closely whether what the runtime notices by itself, when it unpacks, is looked for too. */
function canHold(codec: CompressionCodec, packed: Uint8Array, length: number, closely: boolean): boolean {
  switch (codec) {
    case "SNAPPY":
      return snappyLength(packed) === length;
    case "LZ4_RAW":
      return lz4BlockLength(packed) === length;
    case "LZ4":
      return length <= packed.length * mostOfLz4;
    case "GZIP":
      return (
        (!closely && own.GZIP !== null) ||
        length <= packed.length * trustedRatio ||
        inflatedLength(packed, length) === length
      );
    case "BROTLI":
      return own.BROTLI !== null || length <= Math.max(packed.length * mostOfDeflate, mostOfBrotli);
    case "ZSTD":
      return canHoldZstd(packed, length);
    default:
      return true;
  }
}

/** How many bytes there are in a gzip file, counted no further than to more than `most`. @throws FormatError for a damaged one. */
export function inflatedLength(packed: Uint8Array, most: number): number {
  if (packed.length < leastOfGzip || most > packed.length * mostOfDeflate) throw damaged();
  let [total, sum, members] = [0, 0, 1];
  const gunzip = new Gunzip((part) => {
    total += part.length;
    if (total > most) throw damaged();
    sum = crc32(part, sum);
  });
  gunzip.onmember = () => members++;
  try {
    for (let at = 0; at < packed.length; at += portion)
      gunzip.push(packed.subarray(at, at + portion), at + portion >= packed.length);
  } catch {
    throw damaged();
  }
  // It ends with the checksum and length of its last member.
  const end = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (members === 1 && end.getUint32(packed.length - 8, true) !== sum) throw damaged();
  return total;
}
