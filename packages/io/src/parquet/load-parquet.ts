import { CressetError, type DType, fromHost, type Tensor } from "@cresset/core/functions";
import { type DecodedArray, type FileMetaData, parquetRead, parquetSchema, type SchemaElement } from "hyparquet";
import { FormatError } from "../errors.ts";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import { type CellValue, chosen, columnOf } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { dtypeOf } from "./types.ts";
import { unpackers } from "./unpack.ts";
import { readMetadata, type SliceableBuffer, VerifiedFile } from "./verified.ts";

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
    const wanted = new Set(names);
    const dtypes = new Map<string, DType>();
    const limits = new Map<string, Limits | null>();
    for (const element of fields.filter(({ name }) => wanted.has(name))) {
      const dtype = dtypeOf(element, options.dates ?? "refuse");
      dtypes.set(element.name, dtype);
      limits.set(element.name, limitsOf(element, dtype));
    }
    const verified = new VerifiedFile(source, metadata, options.nulls === undefined, limits);
    const parts = await decoding(options, () => partsOf(verified, metadata, names));
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
    const metadata = await readMetadata(source);
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

/** The values of columns, in pieces in the order of rows. Dates are the numbers that stand for them. */
async function partsOf(
  verified: VerifiedFile,
  metadata: FileMetaData,
  names: readonly string[],
): Promise<Map<string, DecodedArray[]>> {
  const found = new Map<string, DecodedArray[]>();
  const same = <T>(value: T): T => value;
  if (names.length === 0) return found;
  // A page may hold a thousand times what it takes in the file: whatever is refused is found before any is decoded.
  const groups: { rowStart: number; rowEnd: number; file: SliceableBuffer }[] = [];
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    groups.push({ rowStart, rowEnd, file: await verified.group(group, rowStart, names) });
    rowStart = rowEnd;
  }
  for (const group of groups)
    await parquetRead({
      ...group,
      metadata,
      columns: [...names],
      compressors: unpackers,
      utf8: false,
      geoparquet: false,
      parsers: {
        timestampFromMilliseconds: same,
        timestampFromMicroseconds: same,
        timestampFromNanoseconds: same,
        dateFromDays: same,
      },
      onChunk: ({ columnName, columnData }) => {
        const own = found.get(columnName) ?? [];
        own.push(columnData);
        found.set(columnName, own);
      },
    });
  return found;
}
