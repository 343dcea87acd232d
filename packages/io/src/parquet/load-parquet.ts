import { CressetError, type DType, fromHost, type Tensor } from "@cresset/core/functions";
import { type DecodedArray, parquetRead, type SchemaElement } from "hyparquet";
import { FormatError } from "../errors.ts";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import { type CellValue, chosen, columnOf } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";
import { type Footer, readFooter } from "./footer.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { dtypeOf } from "./types.ts";
import { unpackers } from "./unpack.ts";
import { VerifiedFile } from "./verified.ts";

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
    const footer = await decoding(options, () => readFooter(source));
    const names = await decoding(options, async () => requireColumns(footer, options));
    const parts = await decoding(options, () => partsOf(source, footer, options));
    const found: Record<string, Tensor> = Object.create(null);
    const dtypes = new Map<string, DType>();
    for (const element of footer.columns(setOf(options.columns)))
      dtypes.set(element.name, dtypeOf(element, options.dates ?? "refuse"));
    for (const name of names ?? dtypes.keys()) {
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

const setOf = (names: readonly string[] | undefined): ReadonlySet<string> | null => (names ? new Set(names) : null);

/**
 * Names of the columns to read; null for all, of which no list is made before the file is known to be good.
 *
 * @throws ValueError for one that is not there. FormatError for one that no tensor can hold, or two of one name.
 */
function requireColumns(footer: Footer, options: TableOptions): readonly string[] | null {
  const { columns } = options;
  if (columns === undefined) {
    const repeated = footer.repeatedName();
    if (repeated !== null) throw new FormatError(`there are two columns called "${repeated}"`);
  } else chosen([...footer.names()], columns);
  for (const element of footer.columns(setOf(columns))) dtypeOf(element, options.dates ?? "refuse");
  return columns ?? null;
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
  source: ByteSource,
  footer: Footer,
  options: TableOptions,
): Promise<Map<string, DecodedArray[]>> {
  const found = new Map<string, DecodedArray[]>();
  const same = <T>(value: T): T => value;
  const columns = setOf(options.columns);
  if (columns?.size === 0) return found;
  const limits = (column: SchemaElement): Limits | null => limitsOf(column, dtypeOf(column, options.dates ?? "refuse"));
  const file = new VerifiedFile(source, footer, { columns, noneMissing: options.nulls === undefined, limits });
  // A page may hold a thousand times what it takes in the file: whatever is refused is found before any is decoded.
  await file.verify(footer.groups());
  for (const group of footer.groups())
    await parquetRead({
      file,
      metadata: footer.of(group, columns),
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
