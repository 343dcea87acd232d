import { parquetRead } from "hyparquet";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import type { TableValues } from "../tables/values.ts";
import { type Footer, readFooter } from "./footer.ts";
import { decoding } from "./load-parquet.ts";
import { unpackers } from "./unpack.ts";
import { VerifiedFile } from "./verified.ts";

/**
 * Opens a Parquet file for its values, whatever their type: numbers, bigints, booleans, texts, `Date`s, lists; null or undefined
 * where there is none. One group of rows is in memory at a time.
 *
 * @throws FormatError, here or while values are read, for what is no Parquet file.
 */
export async function openParquetValues(file: FileLike, options: OpenOptions = {}): Promise<TableValues> {
  const footer = await whileOpen((source) => decoding(options, () => readFooter(source)));
  return { names: [...footer.names()], groups: groups(footer) };

  async function whileOpen<T>(read: (source: ByteSource) => Promise<T>): Promise<T> {
    const source = await openSource(file, options);
    try {
      return await read(source);
    } finally {
      await source.close();
    }
  }

  async function* groups(footer: Footer): AsyncGenerator<ReadonlyMap<string, readonly unknown[]>> {
    const required = { columns: null, noneMissing: false, limits: () => null };
    for (const group of footer.groups()) {
      const found = new Map<string, unknown[]>();
      await whileOpen((source) =>
        decoding(options, async () => {
          const file = new VerifiedFile(source, footer, required);
          await file.verify([group]);
          await parquetRead({
            file,
            metadata: footer.of(group, null),
            compressors: unpackers,
            onChunk: ({ columnName, columnData }) => {
              const values = found.get(columnName) ?? [];
              for (const value of columnData) values.push(value);
              found.set(columnName, values);
            },
          });
        }),
      );
      yield found;
    }
  }
}
