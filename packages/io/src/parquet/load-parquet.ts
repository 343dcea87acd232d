import { CressetError, fromHost, type Tensor } from "@cresset/core/functions";
import {
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { FormatError } from "../errors.ts";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import { type CellValue, chosen, columnOf } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";
import { dtypeOf } from "./types.ts";

/**
 * The columns of a Parquet file as tensors of shape `[rows]`. Only the columns that are asked for are read, from a URL by
 * ranges.
 *
 * Integers keep their width; unsigned ones become the next wider dtype that holds them all (uint16 int32, uint32 int64), uint64
 * becomes int64, and a number beyond is refused.
 *
 * @param file a URL, a path, a `Blob` or `File`, or bytes.
 * @throws FormatError for what is no Parquet file, naming the first column that no tensor can hold: texts, decimals, dates
 *   unless `options.dates` says otherwise, lists and groups, missing values unless `options.nulls` says what stands for them.
 * @example
 * const { age, income } = await loadParquet("people.parquet", { columns: ["age", "income"], nulls: NaN });
 */
export async function loadParquet(
  file: FileLike,
  options: TableOptions & OpenOptions = {},
): Promise<Record<string, Tensor>> {
  const source = await openSource(file, options);
  try {
    const { metadata, fields } = await openMetadata(source, options);
    const names = chosen(
      fields.map(({ name }) => name),
      options.columns,
    );
    const dtypes = new Map(
      fields
        .filter(({ name }) => names.includes(name))
        .map((element) => [element.name, dtypeOf(element, options.dates ?? "refuse")]),
    );
    const parts = await decoding(options, () => partsOf(source, metadata, names));
    const found: Record<string, Tensor> = Object.create(null);
    for (const name of names) {
      const dtype = dtypes.get(name) ?? "float32";
      const data = columnOf(name, dtype, (parts.get(name) ?? []) as ArrayLike<CellValue>[], options.nulls);
      found[name] = fromHost(data, [data.length], dtype, options.device);
    }
    return found;
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${source.name}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

/** What a file says of itself, and of its columns. @throws FormatError for what is no Parquet file. */
export function openMetadata(
  source: ByteSource,
  options: OpenOptions,
): Promise<{ readonly metadata: FileMetaData; readonly fields: readonly SchemaElement[] }> {
  return decoding(options, async () => {
    const metadata = await parquetMetadataAsync(bufferOf(source), { initialFetchSize: 64 * 1024 });
    return { metadata, fields: parquetSchema(metadata).children.map(({ element }) => element) };
  });
}

/** Runs hyparquet, whose errors have no type. */
export async function decoding<T>({ signal }: OpenOptions, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof CressetError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`this is not a Parquet file that could be read: ${why}`, { cause });
  }
}

export interface SliceableBuffer {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** A source as hyparquet reads it. */
export function bufferOf({ name, size, read }: ByteSource): SliceableBuffer {
  async function between(from: number, to: number): Promise<ArrayBuffer> {
    if (!(from >= 0 && from <= to && to <= size))
      throw new FormatError(`${name} has ${size} bytes, and what it says is in ${from} to ${to}`);
    return (await read(from, to)).buffer;
  }
  return {
    byteLength: size,
    slice(start, end = size) {
      const [from, to] = [start, end].map((at) => (at < 0 ? size + at : at));
      const bytes = between(from, to);
      // hyparquet asks for several ranges at once, and forgets the others where one cannot be had.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}

/** The values of columns, in pieces in the order of rows. Dates are the numbers that stand for them. */
async function partsOf(
  source: ByteSource,
  metadata: FileMetaData,
  names: readonly string[],
): Promise<Map<string, DecodedArray[]>> {
  const found = new Map<string, { readonly rowStart: number; readonly columnData: DecodedArray }[]>();
  const same = <T>(value: T): T => value;
  if (names.length === 0) return new Map();
  await parquetRead({
    file: bufferOf(source),
    metadata,
    columns: [...names],
    compressors,
    utf8: false,
    geoparquet: false,
    parsers: {
      timestampFromMilliseconds: same,
      timestampFromMicroseconds: same,
      timestampFromNanoseconds: same,
      dateFromDays: same,
    },
    onChunk: ({ columnName, columnData, rowStart }) => {
      const own = found.get(columnName) ?? [];
      own.push({ rowStart, columnData });
      found.set(columnName, own);
    },
  });
  return new Map(
    Array.from(found, ([name, parts]) => [
      name,
      parts.sort((a, b) => a.rowStart - b.rowStart).map(({ columnData }) => columnData),
    ]),
  );
}
