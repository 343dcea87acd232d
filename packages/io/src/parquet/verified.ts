/** Groups of rows that are fetched and checked before hyparquet decodes them. */
import { type FileMetaData, parquetMetadata, parquetSchema, type RowGroup, type SchemaTree } from "hyparquet";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import type { Limits } from "./limits.ts";
import { readStruct } from "./thrift.ts";
import { verifyChunk, verifyPages } from "./verify.ts";

/** What is read at once: chunks with so few bytes between them, up to so many bytes. */
const mostBetween = 8 * 1024;
const mostAtOnce = 2 * 1024 * 1024;

/** How many values a file may have beyond one for each of its bytes: a run of equal ones takes no room in it. */
const mostRepeated = 2 ** 28;

const startOfFooter = 64 * 1024;
const endLength = 8;
/**
 * What a file says of itself may take so many times the file's size, as objects. Files of thousands of columns with a few rows
 * take five times; without rows more, so that a few megabytes are always allowed.
 */
const mostOfFooter = 16;
const leastMemory = 4 * 1024 * 1024;

/**
 * What a file says of itself, at its end.
 *
 * @throws FormatError for what is no Parquet file, or tells of more than is there.
 */
export async function readMetadata(source: ByteSource): Promise<FileMetaData> {
  const { size } = source;
  let bytes = await source.read(Math.max(0, size - startOfFooter), size);
  const end = bytes.length - endLength;
  if (end < 4 || String.fromCharCode(...bytes.subarray(end + 4)) !== "PAR1")
    throw new FormatError("this is not a Parquet file that could be read: it does not end in PAR1");
  const length = new DataView(bytes.buffer).getUint32(end, true);
  if (length > size - endLength)
    throw new FormatError(`what the Parquet file says of itself takes ${length} bytes, and the file has ${size}`);
  if (length > end) bytes = await source.read(size - endLength - length, size);
  const { cost } = readStruct(bytes.subarray(0, bytes.length - endLength), bytes.length - endLength - length);
  if (cost > mostOfFooter * size + leastMemory)
    throw new FormatError(`what the Parquet file says of itself would take ${cost} bytes, and the file has ${size}`);
  return parquetMetadata(bytes.buffer, { geoparquet: false });
}

export interface SliceableBuffer {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** A file whose groups of rows are checked. */
export class VerifiedFile {
  readonly #source: ByteSource;
  readonly #schema: SchemaTree;
  readonly #refuseMissing: boolean;
  readonly #limits: ReadonlyMap<string, Limits | null>;
  #valuesLeft: number;

  /** @param limits what values of columns may be. */
  constructor(
    source: ByteSource,
    metadata: FileMetaData,
    refuseMissing: boolean,
    limits: ReadonlyMap<string, Limits | null> = new Map(),
  ) {
    this.#source = source;
    this.#schema = parquetSchema(metadata);
    this.#refuseMissing = refuseMissing;
    this.#limits = limits;
    this.#valuesLeft = source.size + mostRepeated;
  }

  /**
   * Reads and checks columns of a group, for hyparquet to decode.
   *
   * @param columns names; all where it is undefined.
   * @throws FormatError for what does not hold what it says.
   */
  async group(group: RowGroup, firstRow: number, columns?: readonly string[]): Promise<SliceableBuffer> {
    const chunks = group.columns.flatMap(({ meta_data: meta, file_path: elsewhere }) => {
      if (meta === undefined || elsewhere) throw new FormatError("the Parquet file has a column in another file");
      return columns === undefined || columns.includes(meta.path_in_schema[0]) ? [meta] : [];
    });
    const ranges = chunks.map((meta): Range => {
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      return this.#required({ start, end: start + Number(meta.total_compressed_size) });
    });
    const fetched: Fetched[] = [];
    for (const range of together(ranges)) {
      const bytes = await this.#source.read(range.start, range.end);
      fetched.push({ ...range, bytes });
    }
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0) throw new FormatError(`the Parquet file has a group of ${rows} rows`);
    const refuseMissing = this.#refuseMissing;
    const count = (values: number): void => {
      this.#valuesLeft -= values;
      if (this.#valuesLeft < 0)
        throw new FormatError(`the Parquet file repeats values more than ${mostRepeated} times`);
    };
    // What can be seen without unpacking a page is looked for in all of them first.
    for (const verify of [verifyPages, verifyChunk])
      for (const [i, meta] of chunks.entries())
        verify(bytesIn(fetched, ranges[i]), {
          meta,
          path: this.#path(meta.path_in_schema),
          rows,
          firstRow,
          refuseMissing,
          limits: this.#limits.get(meta.path_in_schema[0]) ?? null,
          count,
        });
    return this.#buffer(fetched);
  }

  #required(range: Range): Range {
    const { start, end } = range;
    const { name, size } = this.#source;
    if (!(start >= 0 && start <= end && end <= size))
      throw new FormatError(`${name} has ${size} bytes, and what it says is in ${start} to ${end}`);
    return range;
  }

  #path(names: readonly string[]): SchemaTree["element"][] {
    let node = this.#schema;
    return names.map((name) => {
      const child = node.children.find(({ element }) => element.name === name);
      if (child === undefined)
        throw new FormatError(`the Parquet file has no column "${names.join(".")}" in its schema`);
      node = child;
      return child.element;
    });
  }

  #buffer(fetched: readonly Fetched[]): SliceableBuffer {
    const { size } = this.#source;
    return {
      byteLength: size,
      slice: async (start, end = size) => {
        const range = this.#required({ start: start < 0 ? size + start : start, end: end < 0 ? size + end : end });
        const found = fetched.find((one) => one.start <= range.start && range.end <= one.end);
        if (found === undefined) return (await this.#source.read(range.start, range.end)).buffer;
        return found.bytes.buffer.slice(range.start - found.start, range.end - found.start);
      },
    };
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Fetched extends Range {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Ranges that are read at once. */
function together(ranges: readonly Range[]): Range[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    const sum = last === undefined ? 0 : Math.max(last.end, end) - last.start;
    if (last !== undefined && (end <= last.end || (start <= last.end + mostBetween && sum <= mostAtOnce)))
      last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

function bytesIn(fetched: readonly Fetched[], { start, end }: Range): Uint8Array {
  const found = fetched.find((one) => one.start <= start && end <= one.end);
  if (found === undefined) throw new Error("a range was not fetched");
  return found.bytes.subarray(start - found.start, end - found.start);
}
