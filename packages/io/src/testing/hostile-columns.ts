/** Tables of which a file is a small part, with a value in the end that no tensor holds, or a checksum that is not right. */
import { constants, zstdCompressSync } from "node:zlib";
import * as arrow from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { unpackLz4 } from "../compression/lz4.ts";
import { unpackZstd } from "../compression/zstd.ts";
import { lz4Frame } from "./runs.ts";

/** Numbers of 8 bytes, nearly all 0, and the last beyond int64. */
function numbers(count: number): arrow.Vector {
  const data = new BigUint64Array(count);
  for (let i = 0; i < count; i += 100) data[i] = BigInt(i);
  data[count - 1] = 2n ** 64n - 1n;
  return arrow.makeVector(arrow.makeData({ type: new arrow.Uint64(), data }));
}

/** A column in several pieces, so that each is a buffer, or a group of rows, of its own. */
function pieces(bytes: number): arrow.Table {
  const count = 16;
  const small = numbers(bytes / 8 / count);
  const plain = small.slice(0, small.length - 1);
  const batches = Array.from({ length: count }, (_, i) => new arrow.Table({ x: i === count - 1 ? small : plain }));
  return batches[0].concat(...batches.slice(1));
}

function parquet(table: arrow.Table, compression: Compression, dictionary: boolean): Uint8Array {
  const written = Table.fromIPCStream(arrow.tableToIPC(table, "stream"));
  const builder = new WriterPropertiesBuilder().setCompression(compression).setDictionaryEnabled(dictionary);
  return new Uint8Array(writeParquet(written, builder.setMaxRowGroupSize(100_000).build()));
}

const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const codecs = {
  zstd: {
    type: arrow.CompressionType.ZSTD,
    pack: (data: Uint8Array) => new Uint8Array(zstdCompressSync(data, checksum)),
    decode: (packed: Uint8Array) => unpackZstd(packed),
  },
  lz4: { type: arrow.CompressionType.LZ4_FRAME, pack: lz4Frame, decode: unpackLz4 },
};

/** In compressed buffers; those of Zstandard have a checksum each, the last of which may be wrong. */
function arrowFile(table: arrow.Table, codec: keyof typeof codecs = "zstd", rightChecksum = true): Uint8Array {
  const { type, pack, decode } = codecs[codec];
  const frames: { readonly frame: Uint8Array; readonly length: number }[] = [];
  const encode = (data: Uint8Array): Uint8Array => {
    const frame = pack(data);
    frames.push({ frame, length: data.length });
    return frame;
  };
  arrow.compressionRegistry.set(type, { encode, decode });
  const writer = new arrow.RecordBatchFileWriter({ compressionType: type });
  for (const batch of table.batches) writer.write(batch);
  const file = writer.finish().toUint8Array(true).slice();
  let at = 0;
  for (const { frame, length } of frames) {
    const found = Buffer.from(file.buffer).indexOf(frame, at);
    // What does not become shorter is written as it is.
    if (found < 0) continue;
    at = found;
    // apache-arrow says how long the frame is, where its format has how long the content is.
    new DataView(file.buffer).setBigInt64(at - 8, BigInt(length), true);
    at += frame.length;
  }
  if (!rightChecksum) file[at - 1] ^= 1;
  return file;
}

/** By how many bytes they hold. */
export const hostileParquet: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  "a number beyond int64 in the last page": (bytes) => parquet(pieces(bytes), Compression.ZSTD, false),
  "a number beyond int64 in the last page's dictionary": (bytes) => parquet(pieces(bytes), Compression.SNAPPY, true),
};

export const hostileArrow: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  "a number beyond int64 in the last buffer": (bytes) => arrowFile(pieces(bytes)),
  "a wrong checksum of the last buffer": (bytes) => arrowFile(pieces(bytes).slice(0, bytes / 8 - 17), "zstd", false),
};

const whole = (bytes: number): arrow.Table => new arrow.Table({ x: numbers(bytes / 8) });

/** Of one buffer. */
export const hostileBuffers: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  "a number beyond int64 in a buffer, by LZ4": (bytes) => arrowFile(whole(bytes), "lz4"),
  "a number beyond int64 in a buffer, by Zstandard": (bytes) => arrowFile(whole(bytes)),
  "a wrong checksum of a buffer": (bytes) => arrowFile(whole(bytes).slice(0, bytes / 8 - 1), "zstd", false),
};
