import { type FileMetaData, parquetRead } from "hyparquet";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import type { TableValues } from "../tables/values.ts";
import { decoding, openMetadata } from "./load-parquet.ts";
import { unpackers } from "./unpack.ts";
import { VerifiedFile } from "./verified.ts";

/**
 * Opens a Parquet file for its values, whatever their type: numbers, bigints, booleans, texts, `Date`s, lists; null or undefined
 * where there is none. One group of rows is in memory at a time.
 *
 * @throws FormatError, here or while values are read, for what is no Parquet file.
 */
export async function openParquetValues(file: FileLike, options: OpenOptions = {}): Promise<TableValues> {
  const { metadata, fields } = await whileOpen((source) => openMetadata(source, options));
  return { names: fields.map(({ name }) => name), groups: groups(metadata) };

  async function whileOpen<T>(read: (source: ByteSource) => Promise<T>): Promise<T> {
    const source = await openSource(file, options);
    try {
      return await read(source);
    } finally {
      await source.close();
    }
  }

  async function* groups(metadata: FileMetaData): AsyncGenerator<ReadonlyMap<string, readonly unknown[]>> {
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const found = new Map<string, unknown[]>();
      const from = rowStart;
      await whileOpen((source) =>
        decoding(options, async () =>
          parquetRead({
            file: await new VerifiedFile(source, metadata, false).group(group, from),
            metadata,
            compressors: unpackers,
            rowStart: from,
            rowEnd,
            onChunk: ({ columnName, columnData }) => {
              const values = found.get(columnName) ?? [];
              for (const value of columnData) values.push(value);
              found.set(columnName, values);
            },
          }),
        ),
      );
      yield found;
      rowStart = rowEnd;
    }
  }
}
