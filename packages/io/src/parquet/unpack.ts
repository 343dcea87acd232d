/** How pages of Parquet files are unpacked; first it is seen whether they can be as long as they say. */
import { Gunzip } from "fflate";
import type { CompressionCodec, Compressors } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { lz4BlockLength } from "../compression/lz4.ts";
import { runtimeUnpack } from "../compression/runtime.ts";
import { snappyLength } from "../compression/snappy.ts";
import { unpackZstd } from "../compression/zstd.ts";
import { FormatError } from "../errors.ts";

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
  if (!canHold(codec, packed, length)) throw damaged();
  if (length === 0) return new Uint8Array();
  const unpack = unpackers[codec];
  if (unpack === undefined) throw new FormatError(`the Parquet file is compressed by ${codec}, which is not read`);
  let page: Uint8Array;
  try {
    page = unpack(packed, length);
  } catch (cause) {
    throw new FormatError("the Parquet file is damaged: a page cannot be unpacked", { cause });
  }
  if (page.length !== length) throw damaged();
  return page;
}

function canHold(codec: CompressionCodec, packed: Uint8Array, length: number): boolean {
  switch (codec) {
    case "SNAPPY":
      return snappyLength(packed) === length;
    case "LZ4_RAW":
      return lz4BlockLength(packed) === length;
    case "LZ4":
      return length <= packed.length * mostOfLz4;
    case "GZIP":
      return own.GZIP !== null || length <= packed.length * trustedRatio || inflatedLength(packed, length) === length;
    case "BROTLI":
      return own.BROTLI !== null || length <= Math.max(packed.length * mostOfDeflate, mostOfBrotli);
    default:
      return true;
  }
}

/** How many bytes there are in a gzip file, counted no further than to more than `most`. @throws FormatError for a damaged one. */
export function inflatedLength(packed: Uint8Array, most: number): number {
  if (most > packed.length * mostOfDeflate) throw damaged();
  let total = 0;
  const gunzip = new Gunzip((part) => {
    total += part.length;
    if (total > most) throw damaged();
  });
  try {
    for (let at = 0; at < packed.length; at += portion)
      gunzip.push(packed.subarray(at, at + portion), at + portion >= packed.length);
  } catch {
    throw damaged();
  }
  return total;
}
