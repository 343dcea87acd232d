/** How pages of Parquet files are unpacked; first it is seen whether they can be as long as they say. */
import type { CompressionCodec, Compressors } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { Content, partsOf } from "../compression/content.ts";
import { mostRatio } from "../compression/deflate.ts";
import { gunzipInParts } from "../compression/gzip.ts";
import { decodeLz4Block, decodeLz4OfHadoop } from "../compression/lz4.ts";
import { count, type Decoder, unpackWhole } from "../compression/output.ts";
import { runtimeUnpack } from "../compression/runtime.ts";
import { decodeSnappy } from "../compression/snappy.ts";
import { canHoldZstd, decodeZstd, hasChecksum, requireChecksum, unpackZstd } from "../compression/zstd.ts";
import { FormatError } from "../errors.ts";

const damaged = (): FormatError => new FormatError("the Parquet file is damaged: a page is not as long as it says");

const own = { GZIP: runtimeUnpack("gunzipSync"), BROTLI: runtimeUnpack("brotliDecompressSync") };

/** What hyparquet unpacks with. */
export const unpackers: Compressors = {
  ...compressors,
  // Of what was found to be good, so that nothing is refused that was.
  LZ4: (packed, length) => unpackWhole(decodeLz4OfHadoop, packed, length),
  LZ4_RAW: (packed, length) => unpackWhole(decodeLz4Block, packed, length),
  ZSTD: (packed, length) => unpackZstd(packed, length),
  ...(own.GZIP !== null && { GZIP: own.GZIP }),
  ...(own.BROTLI !== null && { BROTLI: own.BROTLI }),
};

/** What pages are unpacked with to be looked at. */
const lookers: Compressors = {
  ...unpackers,
  ZSTD: (packed, length) => unpackZstd(packed, length, true),
  ...(own.GZIP !== null && { GZIP: runtimeUnpack("gunzipSync", true) ?? own.GZIP }),
  ...(own.BROTLI !== null && { BROTLI: runtimeUnpack("brotliDecompressSync", true) ?? own.BROTLI }),
};

/** Up to this ratio the content is not gone through before memory is taken for it. */
const trustedRatio = 4;

const decoders: Partial<Readonly<Record<CompressionCodec, Decoder>>> = {
  SNAPPY: decodeSnappy,
  LZ4: decodeLz4OfHadoop,
  LZ4_RAW: decodeLz4Block,
  ZSTD: decodeZstd,
};

/**
 * Goes through a page that is to be unpacked, without keeping it.
 *
 * @param room how many bytes may be unpacked at once.
 * @throws FormatError for one that is not of `length` bytes, as far as that can be known of its codec.
 */
export function requireUnpackable(codec: CompressionCodec, packed: Uint8Array, length: number, room: number): void {
  const holds = codec === "UNCOMPRESSED" ? packed.length === length : canHold(codec, packed, length, true);
  if (!holds) throw damaged();
  if (codec === "UNCOMPRESSED") return;
  unpackerOf(codec);
  if (length <= room) return;
  const parts = pageInParts(codec, packed, length, room);
  if (codec === "ZSTD" && hasChecksum(packed)) requireChecksum(packed, parts);
}

/** A page's content, which is unpacked as it is read where there is no room for all of it. */
export interface Page {
  readonly length: number;
  /** From its beginning. @param times how often it is open at once. */
  open(times?: number): Content;
}

/**
 * A page that `requireUnpackable` went through.
 *
 * @throws FormatError for one that is damaged all the same; perhaps while it is read.
 */
export function openPage(codec: CompressionCodec, packed: Uint8Array, length: number, room: number): Page {
  if (length <= room || codec === "UNCOMPRESSED") {
    const content = unpackPage(codec, packed, length);
    return { length, open: () => Content.of(content) };
  }
  return {
    length,
    open: (times = 1) => new Content(pageInParts(codec, packed, length, Math.floor(room / times)), length),
  };
}

function pageInParts(codec: CompressionCodec, packed: Uint8Array, length: number, room: number): Iterable<Uint8Array> {
  if (codec === "GZIP") return gunzipInParts(packed);
  const decoder = decoders[codec];
  if (decoder !== undefined) return partsOf(decoder, packed, room);
  throw new FormatError(
    `a page of ${length} bytes is compressed by ${codec}, of which ${room} are read at once: write smaller pages, or compress them by something else`,
  );
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
  const unpack = codec && lookers[codec];
  if (unpack === undefined)
    throw new FormatError(`the Parquet file is compressed by ${codec ?? "an unknown codec"}, which is not read`);
  return unpack;
}

/** @param closely whether what the runtime notices by itself, when it unpacks, is looked for too. */
function canHold(codec: CompressionCodec, packed: Uint8Array, length: number, closely: boolean): boolean {
  if (codec === "ZSTD") return canHoldZstd(packed, length);
  if (codec === "GZIP")
    return (
      (!closely && own.GZIP !== null) ||
      length <= packed.length * trustedRatio ||
      inflatedLength(packed, length) === length
    );
  const decoder = decoders[codec];
  if (decoder === undefined) return true;
  return count(decoder, packed).made === length;
}

/** How many bytes there are in a gzip file, counted no further than to more than `most`. @throws FormatError for a damaged one. */
export function inflatedLength(packed: Uint8Array, most: number): number {
  if (most > packed.length * mostRatio) throw damaged();
  let total = 0;
  for (const part of gunzipInParts(packed)) {
    total += part.length;
    if (total > most) throw damaged();
  }
  return total;
}
