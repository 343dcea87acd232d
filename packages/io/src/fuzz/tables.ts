/** Tables in files, for damage. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, WriterVersion, writeParquet } from "parquet-wasm";
import { column } from "../testing/columns.ts";

const tables = [
  new arrow.Table({
    a: column([1, 2, 3, null], new arrow.Float32()),
    b: column([1n, 2n, 3n, 4n], new arrow.Int64()),
    c: column([true, false, true, true], new arrow.Bool()),
  }),
  new arrow.Table({
    a: column([1, 2, 3], new arrow.Uint16()),
    d: column([new Date(0), new Date(1e9), new Date(2e9)], new arrow.DateDay()),
  }),
];
const pairs = new arrow.FixedSizeList(2, new arrow.Field("item", new arrow.Float64()));
const lists = new arrow.Table({ l: column([[1, 2], [3, 4], [5, 6]], pairs) }); // biome-ignore format: rows

/** What no tensor holds, but a table of values. */
const texts = new arrow.Table({
  t: column(["a", "bb", null, "ccc"], new arrow.Utf8()),
  d: arrow.vectorFromArray(["x", "y", "x", null]),
  l: column([[1, 2], [], [3], null], new arrow.List(new arrow.Field("item", new arrow.Int32()))),
  when: column([new Date(0), new Date(1e9), null, new Date(2e9)], new arrow.TimestampMillisecond()),
});

/** Files that pyarrow compressed: apache-arrow does not. */
const compressed = [
  "few.lz4.feather",
  "few.zstd.feather",
  "few.lz4.arrows",
  "many.lz4.feather",
  "many.zstd.feather",
].map((name) => new Uint8Array(readFileSync(join(import.meta.dirname, "..", "testing", "tables", name))));

export function arrowFiles(): Uint8Array[] {
  const plain = [...tables, lists].flatMap((table) =>
    (["file", "stream"] as const).map((format) => new Uint8Array(arrow.tableToIPC(table, format))),
  );
  return [...plain, ...compressed];
}

/** Of which a file takes a hundredth. */
const many = new arrow.Table({
  x: column(
    Array.from({ length: 30_000 }, (_, i) => (i % 7) * 0.5),
    new arrow.Float64(),
  ),
  n: column(
    Array.from({ length: 30_000 }, (_, i) => (i % 50 === 0 ? null : Math.floor(i / 100))),
    new arrow.Int32(),
  ),
});

export function parquetFiles(): Uint8Array[] {
  return [Compression.UNCOMPRESSED, Compression.SNAPPY, Compression.ZSTD, Compression.GZIP].flatMap((compression) =>
    [...tables, many].map((table) => {
      const written = Table.fromIPCStream(arrow.tableToIPC(table, "stream"));
      return new Uint8Array(
        writeParquet(
          written,
          new WriterPropertiesBuilder()
            .setCompression(compression)
            .setDictionaryEnabled(table !== many)
            .build(),
        ),
      );
    }),
  );
}

export const arrowFilesOfTexts = (): Uint8Array[] =>
  (["file", "stream"] as const).map((format) => new Uint8Array(arrow.tableToIPC(texts, format)));

export const parquetFilesOfTexts = (): Uint8Array[] =>
  [WriterVersion.V1, WriterVersion.V2].map((version) => {
    const written = Table.fromIPCStream(arrow.tableToIPC(texts, "stream"));
    return new Uint8Array(writeParquet(written, new WriterPropertiesBuilder().setWriterVersion(version).build()));
  });
