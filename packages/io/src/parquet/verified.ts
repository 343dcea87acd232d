/** Groups of rows that are fetched and checked before hyparquet decodes them. */
import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { roomOf } from "../compression/content.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import type { Footer, Group } from "./footer.ts";
import type { Limits } from "./limits.ts";
import { verifyChunk, verifyPages } from "./verify.ts";

/** What is read at once: columns with so few bytes between them, up to so many bytes. */
const mostBetween = 8 * 1024;
const mostAtOnce = 2 * 1024 * 1024;
/** Groups of rows that are read and checked together: of so many bytes, or columns. */
const enoughBytes = 1024 * 1024;
const enoughChunks = 1024;

/** How many values a file may have beyond one for each of its bytes: a run of equal ones takes no room in it. */
const mostRepeated = 2 ** 28;

export interface SliceableBuffer {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Groups of rows that were checked, for hyparquet to decode. */
export interface VerifiedGroups {
  readonly groups: readonly Group[];
  readonly file: SliceableBuffer;
}

export interface Requirements {
  /** Names of the columns that are read; all where they are null. */
  readonly columns: ReadonlySet<string> | null;
  /** Whether missing values are refused. */
  readonly noneMissing: boolean;
  /** What a column's values may be; null where all can be read. */
  readonly limits: (column: SchemaElement) => Limits | null;
}

/** A file whose groups of rows are checked. */
export class VerifiedFile {
  readonly #source: ByteSource;
  readonly #footer: Footer;
  readonly #required: Requirements;
  #valuesLeft: number;
  /** Columns do not share bytes, so that all of them together are not longer than the file. */
  #bytesLeft: number;

  constructor(source: ByteSource, footer: Footer, required: Requirements) {
    this.#source = source;
    this.#footer = footer;
    this.#required = required;
    this.#valuesLeft = source.size + mostRepeated;
    this.#bytesLeft = source.size;
  }

  /**
   * Reads and checks groups, some at a time.
   *
   * @throws FormatError for what does not hold what it says.
   */
  async *groups(): AsyncGenerator<VerifiedGroups> {
    let [batch, ranges, bytes]: [Group[], Range[], number] = [[], [], 0];
    for (const group of this.#footer.groups()) {
      batch.push(group);
      for (const { metadata } of this.#footer.chunks(group, this.#required.columns)) {
        const range = this.#rangeOf(metadata);
        ranges.push(range);
        bytes += range.end - range.start;
      }
      if (bytes < enoughBytes && ranges.length < enoughChunks) continue;
      yield await this.#verified(batch, ranges);
      [batch, ranges, bytes] = [[], [], 0];
    }
    if (batch.length > 0) yield await this.#verified(batch, ranges);
  }

  /** The same for one group. */
  async group(group: Group): Promise<VerifiedGroups> {
    const chunks = this.#footer.chunks(group, this.#required.columns);
    return this.#verified(
      [group],
      Array.from(chunks, ({ metadata }) => this.#rangeOf(metadata)),
    );
  }

  async #verified(groups: readonly Group[], ranges: readonly Range[]): Promise<VerifiedGroups> {
    const fetched: Fetched[] = [];
    for (const range of together(ranges))
      fetched.push({ ...range, bytes: await this.#source.read(range.start, range.end) });
    const { columns, noneMissing: refuseMissing, limits } = this.#required;
    const count = (values: number): void => {
      this.#valuesLeft -= values;
      if (this.#valuesLeft < 0)
        throw new FormatError(`the Parquet file repeats values more than ${mostRepeated} times`);
    };
    const room = roomOf(this.#source.size);
    // What can be seen without unpacking a page is looked for in all of them first.
    for (const verify of [verifyPages, verifyChunk])
      for (const group of groups)
        for (const { path, metadata: meta } of this.#footer.chunks(group, columns))
          verify(bytesIn(fetched, rangeOf(meta)), {
            ...{ meta, path, rows: group.rows, firstRow: group.firstRow },
            ...{ refuseMissing, limits: limits(path[0]), count, room },
          });
    return { groups, file: this.#buffer(fetched) };
  }

  #rangeOf(meta: ColumnMetaData): Range {
    const { start, end } = this.#require(rangeOf(meta));
    this.#bytesLeft -= end - start;
    if (this.#bytesLeft < 0) throw new FormatError("columns of the Parquet file share bytes");
    return { start, end };
  }

  #require(range: Range): Range {
    const { start, end } = range;
    const { name, size } = this.#source;
    if (!(start >= 0 && start <= end && end <= size))
      throw new FormatError(`${name} has ${size} bytes, and what it says is in ${start} to ${end}`);
    return range;
  }

  #buffer(fetched: readonly Fetched[]): SliceableBuffer {
    const { size } = this.#source;
    return {
      byteLength: size,
      slice: async (start, end = size) => {
        const range = this.#require({ start: start < 0 ? size + start : start, end: end < 0 ? size + end : end });
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

function rangeOf(meta: ColumnMetaData): Range {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size) };
}

/** Ranges that are read at once, with no more between them than in them. */
function together(ranges: readonly Range[]): Range[] {
  const merged: { start: number; end: number; wanted: number }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    const sum = last === undefined ? 0 : Math.max(last.end, end) - last.start;
    const wanted = (last?.wanted ?? 0) + end - start;
    const isNear = last !== undefined && start <= last.end + mostBetween && sum <= mostAtOnce && sum <= 2 * wanted;
    if (last !== undefined && (end <= last.end || isNear)) {
      last.end = Math.max(last.end, end);
      last.wanted = wanted;
    } else merged.push({ start, end, wanted: end - start });
  }
  return merged;
}

function bytesIn(fetched: readonly Fetched[], { start, end }: Range): Uint8Array {
  const found = fetched.find((one) => one.start <= start && end <= one.end);
  if (found === undefined) throw new Error("a range was not fetched");
  return found.bytes.subarray(start - found.start, end - found.start);
}
