import { type FileMetaData, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type FileLike, type OpenOptions, openSource } from "../source.ts";
import type { TableValues } from "../tables/values.ts";
import { bufferOf, decoding, openMetadata } from "./load-parquet.ts";

/**
 * Opens a Parquet file for its values, whatever their type: numbers, bigints, booleans, texts, `Date`s, lists; null or undefined
 * where there is none. One group of rows is in memory at a time.
 *
 * @throws FormatError, here or while values are read, for what is no Parquet file.
 */
export async function openParquetValues(file: FileLike, options: OpenOptions = {}): Promise<TableValues> {
  const source = await openSource(file, options);
  const buffer = bufferOf(source);
  try {
    const { metadata, fields } = await openMetadata(source, options);
    const names = fields.map(({ name }) => name);
    return { names, groups: groups(metadata), close: source.close };
  } catch (error) {
    await source.close();
    throw error;
  }

  async function* groups(metadata: FileMetaData): AsyncGenerator<ReadonlyMap<string, readonly unknown[]>> {
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const found = new Map<string, unknown[]>();
      await decoding(options, () =>
        parquetRead({
          file: buffer,
          metadata,
          compressors,
          rowStart,
          rowEnd,
          onChunk: ({ columnName, columnData }) => {
            const values = found.get(columnName) ?? [];
            for (const value of columnData) values.push(value);
            found.set(columnName, values);
          },
        }),
      );
      yield found;
      rowStart = rowEnd;
    }
  }
}
