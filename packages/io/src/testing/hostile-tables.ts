/** Archives and tables that tell of very many small things, and are refused. */
import { joined } from "../joined.ts";
import { zipped } from "../zip/writer.ts";
import { latin1 } from "./pickle-file.ts";

/** A Parquet file of no rows: only what it says of its columns. */
function parquet(columns: Uint8Array, count: number): Uint8Array {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
  const version = [0x15, 2];
  const list = [0x19, 0xfc, ...varint(count)];
  // No rows, and no groups of them.
  const rest = [0x16, 0, 0x19, 0x0c, 0];
  const length = new Uint8Array(4);
  const footer = joined([Uint8Array.from([...version, ...list]), columns, Uint8Array.from(rest)]);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return joined([latin1("PAR1"), footer, length, latin1("PAR1")]);
}

/** Records of a size, each with a name of its own from a place on. */
function named(
  size: number,
  record: Uint8Array,
  nameAt: number,
): { readonly bytes: Uint8Array; readonly count: number } {
  const count = Math.floor(size / record.length);
  const bytes = new Uint8Array(count * record.length);
  for (let i = 0; i < count; i++) {
    bytes.set(record, i * record.length);
    for (let d = 0, rest = i; d < 4; d++, rest = Math.floor(rest / 26))
      bytes[i * record.length + nameAt + d] = 97 + (rest % 26);
  }
  return { bytes, count };
}

/** An archive with a directory of empty records, all in one place. */
export function zipOfMany(size: number): Uint8Array {
  const entry = new Uint8Array(46 + 4);
  new DataView(entry.buffer).setUint32(0, 0x02014b50, true);
  entry[28] = 4;
  const { bytes, count } = named(size, entry, 46);
  const start = joined([latin1("PK\x03\x04"), new Uint8Array(30)]);
  const end = new Uint8Array(56 + 20 + 22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06064b50, true);
  for (const [at, value] of [
    [32, count],
    [40, bytes.length],
    [48, start.length],
    [64, start.length + bytes.length],
  ] as const)
    view.setBigUint64(at, BigInt(value), true);
  view.setUint32(56, 0x07064b50, true);
  view.setUint32(76, 0x06054b50, true);
  return joined([start, bytes, end]);
}

/** An archive of NumPy's with an array of zeros, and a checksum that is not theirs. */
async function zipOfZeros(size: number): Promise<Uint8Array> {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${size},), }`.padEnd(117);
  const content = joined([latin1(`\x93NUMPY\x01\x00\x76\x00${header}\n`), new Uint8Array(size)]);
  const parts: Uint8Array[] = [];
  for await (const part of zipped([{ name: "x.npy", content: () => content }], { compress: true })) parts.push(part);
  const bytes = joined(parts);
  bytes[Buffer.from(bytes.buffer).lastIndexOf(Buffer.of(0x50, 0x4b, 1, 2)) + 16] ^= 1;
  return bytes;
}

/** By how many bytes they hold. */
export const hostileArrays = { "a wrong checksum of an array": zipOfZeros };

/** Columns of integers with names of four letters. */
export function parquetOfColumns(size: number): Uint8Array {
  const { bytes, count } = named(size, Uint8Array.of(0x15, 2, 0x25, 0, 0x18, 4, 0, 0, 0, 0, 0), 6);
  return parquet(bytes, count);
}

/** Columns of which nothing is said. */
export const parquetOfNothing = (size: number): Uint8Array => parquet(new Uint8Array(size), size);
