/** Parquet files of one page that is many times as long, and is refused for the last thing in it. */
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { joined } from "../joined.ts";
import { lz4Block, snappy } from "./runs.ts";
import { parquetFile, struct, structs, texts } from "./thrift.ts";

const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
/** Numbers of codecs, and how they compress. */
const codecs = {
  snappy: [1, snappy],
  gzip: [2, (bytes: Uint8Array) => gzipSync(bytes)],
  zstd: [6, (bytes: Uint8Array) => zstdCompressSync(bytes, checksum)],
  lz4: [7, lz4Block],
} as const;
type Codec = keyof typeof codecs;
const kinds = { data: 0, dictionary: 2 };
const encodings = { plain: 0, places: 8, split: 9 };
const types = { int64: 2, double: 5 };
const uint64 = 14;

interface PageOptions {
  readonly kind?: number;
  readonly encoding?: number;
  /** Beyond what it has. */
  readonly more?: number;
  readonly damage?: (packed: Uint8Array) => void;
}

function page(codec: Codec, values: number, content: Uint8Array, options: PageOptions = {}): Uint8Array {
  const { kind = kinds.data, encoding = encodings.plain, more = 0, damage } = options;
  const packed = new Uint8Array(codecs[codec][1](content));
  damage?.(packed);
  const said = { 1: kind, 2: content.length + more, 3: packed.length };
  const header =
    kind === kinds.data
      ? struct({ ...said, 5: struct({ 1: values, 2: encoding, 3: 3, 4: 3 }) })
      : struct({ ...said, 7: struct({ 1: values, 2: 0 }) });
  return joined([header, packed]);
}

/** A file of one column. */
function file(codec: Codec, type: number, rows: number, ...pages: readonly Uint8Array[]): Uint8Array {
  const bytes = joined(pages);
  const size = BigInt(bytes.length);
  const meta = struct({ 1: type, 3: texts("x"), 4: codecs[codec][0], 5: BigInt(rows), 6: size, 7: size, 9: 4n });
  const said = { 1: type, 3: 0, 4: "x" };
  const column = struct(type === types.int64 ? { ...said, 6: uint64 } : said);
  const groups = structs(struct({ 1: structs(struct({ 2: 4n, 3: meta })), 3: BigInt(rows) }));
  const schema = structs(struct({ 4: "r", 5: 1 }), column);
  return parquetFile(struct({ 1: 2, 2: schema, 3: BigInt(rows), 4: groups }), bytes);
}

/** Numbers of 8 bytes, all 0 but the last, which is beyond int64. */
const numbers = (size: number): Uint8Array => new Uint8Array(size).fill(0xff, size - 8);

/** All first bytes, then all second ones, and so on. */
const split = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (let k = 1; k <= 8; k++) bytes[(k * size) / 8 - 1] = 0xff;
  return bytes;
};

/** Places of 8 bits, of which the last is in no dictionary of one number. */
function places(count: number): Uint8Array {
  const groups = [];
  for (let rest = (count / 8) * 2 + 1; rest > 0; rest >>>= 7) groups.push((rest & 127) | (rest < 128 ? 0 : 128));
  return joined([Uint8Array.of(8, ...groups), new Uint8Array(count - 1), Uint8Array.of(1)]);
}

const plain = (codec: Codec, size: number): Uint8Array =>
  file(codec, types.int64, size / 8, page(codec, size / 8, numbers(size)));

const flipLast = (packed: Uint8Array): void => {
  packed[packed.length - 1] ^= 1;
};

/** By how many bytes they hold. */
export const hostilePages: Readonly<Record<string, (size: number) => Uint8Array>> = {
  "a number beyond int64, by Snappy": (size) => plain("snappy", size),
  "a number beyond int64, by gzip": (size) => plain("gzip", size),
  "a number beyond int64, by Zstandard": (size) => plain("zstd", size),
  "a number beyond int64, by LZ4": (size) => plain("lz4", size),
  "a number beyond int64, of which each byte is elsewhere": (size) =>
    file("zstd", types.int64, size / 8, page("zstd", size / 8, split(size), { encoding: encodings.split })),
  "a number beyond int64 in a dictionary": (size) =>
    file(
      "lz4",
      types.int64,
      1,
      page("lz4", size / 8, numbers(size), { kind: kinds.dictionary }),
      page("lz4", 1, Uint8Array.of(24, 2, ...new Uint8Array(Uint32Array.of(size / 8 - 1).buffer).subarray(0, 3)), {
        encoding: encodings.places,
      }),
    ),
  "a place beyond the dictionary": (size) =>
    file(
      "gzip",
      types.double,
      size,
      page("gzip", 1, new Uint8Array(8), { kind: kinds.dictionary }),
      page("gzip", size, places(size), { encoding: encodings.places }),
    ),
  "a wrong checksum": (size) =>
    file("zstd", types.double, size / 8, page("zstd", size / 8, new Uint8Array(size), { damage: flipLast })),
  "a wrong length": (size) =>
    file("gzip", types.double, size / 8, page("gzip", size / 8, new Uint8Array(size), { more: 8 })),
};
