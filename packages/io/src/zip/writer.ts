/** Writes zip files record by record, so that no more than one record is in memory. */
import { deflateSync } from "fflate";
import { crc32 } from "../compression/crc32.ts";
import { joined } from "../joined.ts";

/** A record to be written; its content is asked for when its turn comes. */
export interface ZipRecord {
  readonly name: string;
  content(): Promise<Uint8Array> | Uint8Array;
}

export interface ZipOptions {
  /** Content begins at a multiple of this many bytes; default 1. */
  readonly alignment?: number;
  /** Whether to compress by deflate; default false. */
  readonly compress?: boolean;
  /** From this size or place on, 64 bits are written; only tests give another than the format's. */
  readonly wideFrom?: number;
}

/** 1 January 1980, the first day that zip files know: equal content gives equal files. */
const date = 0x0021;
const utf8Names = 0x0800;

/** What is known of a record once it is written. */
interface Written {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly at: number;
}

/** The bytes of a zip file of these records. */
export async function* zipped(
  records: Iterable<ZipRecord>,
  { alignment = 1, compress = false, wideFrom = 0xffffffff }: ZipOptions = {},
): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let at = 0;
  for (const record of records) {
    const content = await record.content();
    const packed = compress ? deflateSync(content) : content;
    const one: Written = {
      name: new TextEncoder().encode(record.name),
      method: compress ? 8 : 0,
      crc: crc32(content),
      packedSize: packed.length,
      size: content.length,
      at,
    };
    const header = localHeader(one, alignment, wideFrom);
    yield header;
    yield packed;
    at += header.length + packed.length;
    written.push(one);
  }
  const entries = written.map((one) => directoryEntry(one, wideFrom));
  yield* entries;
  const length = entries.reduce((sum, entry) => sum + entry.length, 0);
  yield directoryEnd(written.length, length, at, wideFrom);
}

/** Little-endian fields of 2, 4 and 8 bytes, one after the other. */
function fields(...values: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of values) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

/** The extra field that pads a record to its alignment; PyTorch writes the same, of this name. */
const paddingId = 0x4246;

function localHeader(one: Written, alignment: number, wideFrom: number): Uint8Array {
  const wide = one.size >= wideFrom || one.packedSize >= wideFrom;
  const wideField = wide ? fields([2, 1], [2, 16], [8, one.size], [8, one.packedSize]) : fields();
  let padding = fields();
  if (alignment > 1) {
    const start = one.at + 30 + one.name.length + wideField.length + 4;
    const missing = (alignment - (start % alignment)) % alignment;
    padding = joined([fields([2, paddingId], [2, missing]), new Uint8Array(missing).fill(0x5a)]);
  }
  return joined([
    fields([4, 0x04034b50], [2, wide ? 45 : 20], [2, utf8Names], [2, one.method], [2, 0], [2, date], [4, one.crc]),
    fields([4, wide ? 0xffffffff : one.packedSize], [4, wide ? 0xffffffff : one.size]),
    fields([2, one.name.length], [2, wideField.length + padding.length]),
    one.name,
    wideField,
    padding,
  ]);
}

function directoryEntry(one: Written, wideFrom: number): Uint8Array {
  const values = [one.size, one.packedSize, one.at];
  const wideSizes = one.size >= wideFrom || one.packedSize >= wideFrom;
  const isWide = [wideSizes, wideSizes, one.at >= wideFrom];
  const inField = values.filter((_, i) => isWide[i]);
  const extra =
    inField.length === 0
      ? fields()
      : fields([2, 1], [2, 8 * inField.length], ...inField.map((value) => [8, value] as const));
  const [size, packedSize, at] = values.map((value, i) => (isWide[i] ? 0xffffffff : value));
  const version = inField.length > 0 ? 45 : 20;
  return joined([
    fields([4, 0x02014b50], [2, version], [2, version], [2, utf8Names], [2, one.method], [2, 0], [2, date]),
    fields([4, one.crc], [4, packedSize], [4, size], [2, one.name.length], [2, extra.length]),
    fields([2, 0], [2, 0], [2, 0], [4, 0], [4, at]),
    one.name,
    extra,
  ]);
}

function directoryEnd(count: number, length: number, at: number, wideFrom: number): Uint8Array {
  const wide = count >= Math.min(wideFrom, 0xffff) || length >= wideFrom || at >= wideFrom;
  const narrow = (value: number, most: number): number => (wide ? most : value);
  const end = joined([
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, narrow(count, 0xffff)], [2, narrow(count, 0xffff)]),
    fields([4, narrow(length, 0xffffffff)], [4, narrow(at, 0xffffffff)], [2, 0]),
  ]);
  if (!wide) return end;
  return joined([
    fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, length], [8, at]),
    fields([4, 0x07064b50], [4, 0], [8, at + length], [4, 1]),
    end,
  ]);
}
