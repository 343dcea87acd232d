/** Groups of rows that are fetched and checked before hyparquet decodes them. */
import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { roomOf } from "../compression/content.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import type { Footer, Group, GroupColumn } from "./footer.ts";
import type { Limits } from "./limits.ts";
import { verifyChunk, verifyPages } from "./verify.ts";

/** What is read at once: columns with so few bytes between them, up to so many bytes. */
const mostBetween = 8 * 1024;
const mostAtOnce = 2 * 1024 * 1024;
/** Columns of groups that are read and checked together: so many bytes, or so many columns. */
const enoughBytes = 1024 * 1024;
const enoughColumns = 512;

/** How many values a file may have beyond one for each of its bytes: a run of equal ones takes no room in it. */
const mostRepeated = 2 ** 28;

export interface SliceableBuffer {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

interface Chunk extends GroupColumn, Range {
  readonly group: Group;
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
export class VerifiedFile implements SliceableBuffer {
  readonly #source: ByteSource;
  readonly #footer: Footer;
  readonly #required: Requirements;
  readonly #room: number;
  /** Where a column begins, and what was read with it. */
  readonly #fetched = new Map<number, Fetched>();
  #valuesLeft: number;
  /** Columns do not share bytes, so that all of them together are not longer than the file. */
  #bytesLeft: number;

  constructor(source: ByteSource, footer: Footer, required: Requirements) {
    this.#source = source;
    this.#footer = footer;
    this.#required = required;
    this.#room = roomOf(source.size);
    this.#valuesLeft = source.size + mostRepeated;
    this.#bytesLeft = source.size;
  }

  get byteLength(): number {
    return this.#source.size;
  }

  /**
   * Reads and checks groups, for hyparquet to decode.
   *
   * @throws FormatError for what does not hold what it says.
   */
  async verify(groups: Iterable<Group>): Promise<void> {
    let [chunks, bytes]: [Chunk[], number] = [[], 0];
    for (const group of groups)
      for (const column of this.#footer.chunks(group, this.#required.columns)) {
        const chunk = { ...column, ...this.#rangeOf(column.metadata), group };
        chunks.push(chunk);
        bytes += chunk.end - chunk.start;
        if (bytes < enoughBytes && chunks.length < enoughColumns) continue;
        await this.#verify(chunks);
        [chunks, bytes] = [[], 0];
      }
    await this.#verify(chunks);
  }

  async #verify(chunks: readonly Chunk[]): Promise<void> {
    const fetched: Fetched[] = [];
    for (const range of together(chunks))
      fetched.push({ ...range, bytes: await this.#source.read(range.start, range.end) });
    const { noneMissing: refuseMissing, limits } = this.#required;
    const count = (values: number): void => {
      this.#valuesLeft -= values;
      if (this.#valuesLeft < 0)
        throw new FormatError(`the Parquet file repeats values more than ${mostRepeated} times`);
    };
    // What can be seen without unpacking a page is looked for in all of them first.
    for (const verify of [verifyPages, verifyChunk])
      for (const { path, metadata: meta, group, ...range } of chunks)
        verify(bytesIn(fetched, range), {
          ...{ meta, path, rows: group.rows, firstRow: group.firstRow },
          ...{ refuseMissing, limits: limits(path[0]), count, room: this.#room },
        });
    for (const { start, end } of chunks) if (start < end) this.#fetched.set(start, containing(fetched, { start, end }));
  }

  #rangeOf(meta: ColumnMetaData): Range {
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const { end } = this.#require({ start, end: start + Number(meta.total_compressed_size) });
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

  async slice(start: number, end: number = this.byteLength): Promise<ArrayBuffer> {
    const range = this.#require({ start: this.#fromEnd(start), end: this.#fromEnd(end) });
    const found = this.#fetched.get(range.start);
    if (found === undefined || range.end > found.end) return (await this.#source.read(range.start, range.end)).buffer;
    return found.bytes.buffer.slice(range.start - found.start, range.end - found.start);
  }

  #fromEnd(at: number): number {
    return at < 0 ? this.byteLength + at : at;
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Fetched extends Range {
  readonly bytes: Uint8Array<ArrayBuffer>;
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

function containing(fetched: readonly Fetched[], { start, end }: Range): Fetched {
  const found = fetched.find((one) => one.start <= start && end <= one.end);
  if (found === undefined) throw new Error("a range was not fetched");
  return found;
}

function bytesIn(fetched: readonly Fetched[], range: Range): Uint8Array {
  const { start, bytes } = containing(fetched, range);
  return bytes.subarray(range.start - start, range.end - start);
}
