/**
 * Pages of a Parquet file, before hyparquet believes what they say of themselves: a few bytes can tell of billions of values, and
 * runs without end. Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { Content } from "../compression/content.ts";
import { FormatError } from "../errors.ts";
import { missing } from "../tables/column.ts";
import { type Each, forEachPlain, forEachSplit, type Limits } from "./limits.ts";
import { readDifferences, readRuns } from "./runs.ts";
import { forEachText, requireTexts, uint32 } from "./texts.ts";
import { readStruct, type Shape, type ThriftStruct } from "./thrift.ts";
import { openPage, type Page, requireUnpackable } from "./unpack.ts";

const damaged = (what: string): FormatError => new FormatError(`the Parquet file is damaged: ${what}`);
const tooMany = (): FormatError => damaged("a page has not as many values as it says");

/** A column of a group of rows. */
export interface Chunk {
  readonly meta: ColumnMetaData;
  /** Elements of the schema from below the root to the column. */
  readonly path: readonly SchemaElement[];
  readonly rows: number;
  /** Where the group begins among all rows. */
  readonly firstRow: number;
  /** Whether missing values are refused, which is then done here. */
  readonly refuseMissing: boolean;
  /** What its values may be; null where all can be read. */
  readonly limits: Limits | null;
  /** Is told of values before they are made. */
  readonly count: (values: number) => void;
  /** How many bytes of a page may be unpacked at once. */
  readonly room: number;
}

/** What is read of a page's header. */
const pageHeader: Shape = {
  1: "int",
  2: "int",
  3: "int",
  5: { 1: "int", 2: "int" },
  7: { 1: "int" },
  8: { 1: "int", 2: "int", 4: "int", 5: "int", 6: "int", 7: "bool" },
};

/** Numbers of kinds of pages, and of encodings. */
const pages = { data: 0, dictionary: 2, dataV2: 3 };
const encodings = { plain: 0, dictionary: 2, rle: 3, delta: 5, deltaLengths: 6, deltaTexts: 7, places: 8, split: 9 };

/** Bytes of values. */
const widths: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 };

/** @throws FormatError for pages that are not there, or do not unpack to what they say; without unpacking them. */
export function verifyPages(bytes: Uint8Array, chunk: Chunk): void {
  new ChunkVerifier(bytes, chunk, false).run();
}

/** @throws FormatError for pages that do not hold what they say; for the first missing value, where that is asked for. */
export function verifyChunk(bytes: Uint8Array, chunk: Chunk): void {
  new ChunkVerifier(bytes, chunk, true).run();
}

class ChunkVerifier {
  readonly #bytes: Uint8Array;
  readonly #chunk: Chunk;
  /** Whether pages are unpacked, and what is in them is looked at. */
  readonly #unpacks: boolean;
  readonly #isFlat: boolean;
  readonly #mostRepetition: number;
  readonly #mostDefinition: number;
  #dictionarySize = 0;
  /** Numbers in the dictionary that the column may not have; null if there are none. */
  #refused: RefusedNumbers | null = null;
  /** Values of pages so far; of a flat column, as many as rows. */
  #seen = 0;
  /** Values of the page that is being looked at, missing ones included. */
  #pageValues = 0;

  constructor(bytes: Uint8Array, chunk: Chunk, unpacks: boolean) {
    const { meta, path } = chunk;
    const element = path.at(-1);
    if (element?.type !== meta.type) throw damaged(`a column is of ${meta.type} and of ${element?.type}`);
    this.#bytes = bytes;
    this.#chunk = chunk;
    this.#unpacks = unpacks;
    this.#mostRepetition = path.filter((one) => one.repetition_type === "REPEATED").length;
    this.#mostDefinition = path.filter((one) => one.repetition_type !== "REQUIRED").length;
    this.#isFlat = path.length === 1 && this.#mostRepetition === 0;
  }

  run(): void {
    const { rows } = this.#chunk;
    for (let at = 0; (!this.#isFlat || this.#seen < rows) && at < this.#bytes.length - 1; ) {
      const { struct: said, end } = readStruct(this.#bytes, at, pageHeader);
      const [unpacked, packed] = [count(said, 2), count(said, 3)];
      at = end + packed;
      if (at > this.#bytes.length) throw damaged("a page is cut off");
      this.#page(said, this.#bytes.subarray(end, at), unpacked);
    }
    if (this.#isFlat && this.#seen !== rows)
      throw damaged(`a column has ${this.#seen} values in a group of ${rows} rows`);
  }

  #page(header: ThriftStruct, packed: Uint8Array, unpacked: number): void {
    const kind = header.get(1);
    if (kind === pages.dictionary) {
      const size = count(struct(header, 7), 1);
      this.#requireLength(unpacked, size);
      const page = this.#content(packed, unpacked);
      this.#refused = null;
      if (page !== null) {
        this.#plain(page.open(), size);
        this.#refused = this.#refusedOf(page, size);
      }
      this.#dictionarySize = size;
    } else if (kind === pages.data) this.#dataPage(struct(header, 5), packed, unpacked);
    else if (kind === pages.dataV2) this.#dataPageV2(struct(header, 8), packed, unpacked);
    else throw damaged(`it has a page of the unknown kind ${String(kind)}`);
  }

  /** What is in a page; null where that is not looked at. */
  #content(packed: Uint8Array, length: number): Page | null {
    const { meta, room } = this.#chunk;
    if (this.#unpacks) return openPage(meta.codec, packed, length, room);
    requireUnpackable(meta.codec, packed, length, room);
    return null;
  }

  #refusedOf(page: Page, size: number): RefusedNumbers | null {
    const isWhole = page.length <= this.#chunk.room;
    const found = new Map<number, readonly [number, number]>();
    let isAny = false;
    this.#look(
      (each) => forEachPlain(page.open(), size, this.#width(), each),
      (upper, lower, i) => {
        isAny = true;
        if (isWhole) return;
        if (found.size === mostRefused) throw this.#refusal(upper, lower, 0, -1);
        found.set(i, [upper, lower]);
      },
    );
    if (!isAny) return null;
    return {
      at: (place, each) => {
        const number = found.get(place);
        if (number !== undefined) each(...number, place);
        if (!isWhole) return;
        const content = page.open();
        content.skip(place * this.#width());
        forEachPlain(content, 1, this.#width(), each);
      },
    };
  }

  /** Tells of more values. @returns how many they are. */
  #more(values: number): number {
    if (this.#isFlat && values > this.#chunk.rows - this.#seen)
      throw damaged("a page has more values than rows are left");
    if (this.#unpacks) this.#chunk.count(values);
    this.#pageValues = values;
    return values;
  }

  /** @throws FormatError for a page of numbers that is longer than all of them can be. */
  #requireLength(length: number, values: number): void {
    if (this.#chunk.meta.type in widths && length > 16 * values + 65_536)
      throw damaged(`a page of ${values} values would have ${length} bytes`);
  }

  #dataPage(header: ThriftStruct, packed: Uint8Array, unpacked: number): void {
    const values = this.#more(count(header, 1));
    this.#requireLength(unpacked, values);
    const page = this.#content(packed, unpacked);
    if (page === null) {
      this.#seen += values;
      return;
    }
    const content = page.open();
    const levels = (most: number): number => {
      if (content.left < 4) throw tooMany();
      const rest = content.left - 4 - uint32(content);
      if (rest < 0) throw tooMany();
      const runs = readRuns(content, bitsOf(most), values, most);
      if (content.left < rest) throw tooMany();
      content.skip(content.left - rest);
      return this.#present(runs.wanted, runs.firstOther, most);
    };
    if (this.#mostRepetition > 0) levels(this.#mostRepetition);
    const present = this.#mostDefinition > 0 ? levels(this.#mostDefinition) : values;
    this.#values(page, content, count(header, 2), present, false);
    this.#seen += values;
  }

  #dataPageV2(header: ThriftStruct, packed: Uint8Array, unpacked: number): void {
    const values = this.#more(count(header, 1));
    const [nulls, definitionBytes, repetitionBytes] = [count(header, 2), count(header, 5), count(header, 6)];
    const before = definitionBytes + repetitionBytes;
    if (before > packed.length || before > unpacked || nulls > values) throw tooMany();
    this.#requireLength(unpacked, values);
    if (this.#mostRepetition > 0)
      readRuns(Content.of(packed.subarray(0, repetitionBytes)), bitsOf(this.#mostRepetition), values, 0);
    let present = values;
    if (this.#mostDefinition > 0) {
      const levels = Content.of(packed.subarray(repetitionBytes, before));
      const runs = readRuns(levels, bitsOf(this.#mostDefinition), values, this.#mostDefinition);
      present = this.#present(runs.wanted, runs.firstOther, this.#mostDefinition);
    }
    // hyparquet takes as many values as are not said to be missing, which in lists is not how many there are.
    if (present !== values - nulls)
      throw this.#isFlat
        ? tooMany()
        : new FormatError(
            `the column "${this.#chunk.path[0].name}" has lists or groups in pages of version 2, which are not read: write it with those of version 1 (in pyarrow, data_page_version="1.0")`,
          );
    const length = unpacked - before;
    const rest = packed.subarray(before);
    const isPacked = header.get(7) !== false && length > 0;
    const page = isPacked ? this.#content(rest, length) : { length: rest.length, open: () => Content.of(rest) };
    if (page !== null) this.#values(page, page.open(), count(header, 4), present, true);
    this.#seen += values;
  }

  /** How many values there are, from levels of which `wanted` say so. */
  #present(wanted: number, firstOther: number, most: number): number {
    const { refuseMissing, path, firstRow } = this.#chunk;
    if (refuseMissing && firstOther >= 0 && this.#isFlat && most === this.#mostDefinition)
      throw missing(path[0].name, firstRow + this.#seen + firstOther);
    return wanted;
  }

  /** @param content the page's, from its values on. */
  #values(page: Page, content: Content, encoding: number, values: number, isV2: boolean): void {
    const { type } = this.#chunk.meta;
    switch (encoding) {
      case encodings.plain:
        this.#plain(content, values);
        this.#requireAllowed(values, (each) => forEachPlain(content, values, this.#width(), each));
        return;
      case encodings.dictionary:
      case encodings.places:
        if (type === "BOOLEAN") throw damaged("truths have no dictionary");
        this.#places(content, values, isV2);
        return;
      case encodings.rle:
        // Truths, after the length of all of them.
        if (type !== "BOOLEAN") throw damaged(`values of ${type} are no runs`);
        if (values === 0) return;
        if (content.left < 4) throw tooMany();
        content.skip(4);
        readRuns(content, 1, values, 0);
        return;
      case encodings.delta:
        if (values === 0) return;
        if (this.#chunk.limits === null) readDifferences(content, values);
        else this.#requireAllowed(values, (each) => this.#differences(content, values, each));
        return;
      case encodings.deltaLengths:
      case encodings.deltaTexts:
        if (values === 0) return;
        // How many bytes each has of the one before.
        if (encoding === encodings.deltaTexts) readDifferences(content, values);
        requireTexts(content, values);
        return;
      case encodings.split:
        if (values * this.#width() > content.left) throw tooMany();
        this.#requireAllowed(values, (each) => this.#forEachSplit(page, page.length - content.left, values, each));
        return;
      default:
        throw damaged(`values are in the encoding ${encoding}, which is not read`);
    }
  }

  /** Goes over numbers of which all first bytes are from a place on, then all second ones, and so on. */
  #forEachSplit(page: Page, start: number, values: number, each: Each): void {
    const width = this.#width();
    const from = (at: number, times = 1): Content => {
      const content = page.open(times);
      content.skip(start + at);
      return content;
    };
    if (this.#chunk.limits?.areOfSign !== true || width !== 8) {
      const all = Array.from({ length: width }, (_, k) => from(k * values, width));
      forEachSplit(all, values, each);
      return;
    }
    // That the last bytes tell alone, so that the page has not to be open eight times at once.
    const last = from((width - 1) * values);
    for (let i = 0; i < values; i++) {
      if (last.next() < 128) continue;
      const content = from(i);
      const number = Uint8Array.from({ length: width }, (_, k) => {
        if (k > 0) content.skip(values - 1);
        return content.next();
      });
      forEachPlain(Content.of(number), 1, width, (upper, lower) => each(upper, lower, i));
    }
  }

  /** Places of values in the dictionary, before which there is how many bits each has. */
  #places(content: Content, values: number, isV2: boolean): void {
    if (content.left === 0) {
      if (values > 0) throw tooMany();
      return;
    }
    const width = content.next();
    // Of one value, hyparquet reads no places in pages of version 1.
    const refused = this.#refused;
    const look = (place: number, i: number): void => {
      if (refused === null || place >= this.#dictionarySize) return;
      const over = (each: Each): void => refused.at(place, each);
      this.#look(over, (upper, lower) => {
        throw this.#refusal(upper, lower, i, values);
      });
    };
    const most =
      width === 0 && !isV2 ? 0 : readRuns(content, width, values, 0, refused === null ? undefined : look).most;
    if (width === 0 && !isV2 && values > 0) look(0, 0);
    if (values > 0 && most >= this.#dictionarySize) throw damaged("a value is not in the column's dictionary");
  }

  /** Goes over numbers, and gives those that the column may not have. */
  #look(over: (each: Each) => void, refused: Each): void {
    const { limits } = this.#chunk;
    if (limits === null) return;
    over((upper, lower, i) => {
      if (!limits.holds(upper, lower)) refused(upper, lower, i);
    });
  }

  /** @throws FormatError for the first of the numbers that the column may not have. */
  #requireAllowed(values: number, over: (each: Each) => void): void {
    this.#look(over, (upper, lower, i) => {
      throw this.#refusal(upper, lower, i, values);
    });
  }

  /** Goes over numbers that are written as differences. */
  #differences(content: Content, values: number, each: Each): void {
    const width = 8 * this.#width();
    readDifferences(content, values, (sum, i) => {
      const value = BigInt.asIntN(width, sum);
      each(Number(value >> 32n), Number(value & 0xffffffffn), i);
    });
  }

  /** The error for the i-th of a page's `values` that are not missing. */
  #refusal(upper: number, lower: number, i: number, values: number): Error {
    const { limits, firstRow } = this.#chunk;
    const isRow = this.#isFlat && values === this.#pageValues;
    return limits?.refused(upper, lower, isRow ? firstRow + this.#seen + i : null) ?? tooMany();
  }

  #plain(content: Content, values: number): void {
    const { type } = this.#chunk.meta;
    const needed = type === "BOOLEAN" ? Math.ceil(values / 8) : values * (type === "BYTE_ARRAY" ? 4 : this.#width());
    if (needed > content.left) throw tooMany();
    if (type === "BYTE_ARRAY") forEachText(content, values);
  }

  #width(): number {
    const { meta, path } = this.#chunk;
    const width = meta.type === "FIXED_LEN_BYTE_ARRAY" ? path.at(-1)?.type_length : widths[meta.type];
    if (width === undefined || !(width > 0)) throw damaged(`values of ${meta.type} have no length`);
    return width;
  }
}

/** Numbers of a dictionary by their place in it; others may be given too, which the column may have. */
interface RefusedNumbers {
  at(place: number, each: Each): void;
}

/** Of dictionaries that are not kept, so many numbers are remembered that no value may be. */
const mostRefused = 65_536;

const bitsOf = (most: number): number => 32 - Math.clz32(most);

function struct(owner: ThriftStruct, field: number): ThriftStruct {
  const found = owner.get(field);
  if (found instanceof Map) return found;
  throw damaged("a page does not say what is in it");
}

function count(owner: ThriftStruct, field: number): number {
  const found = owner.get(field);
  if (typeof found === "number" && Number.isSafeInteger(found) && found >= 0) return found;
  throw damaged("a page does not say how long it is");
}
