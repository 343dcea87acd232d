import Papa from "papaparse";
import { type LineUnit, TableError } from "../errors.ts";
import { type CsvSource, textOf } from "./text.ts";

export interface CsvOptions {
  /** What stands between cells; default: whichever of comma, semicolon, tab and bar fits the first lines best. */
  readonly delimiter?: string;
  /** Characters that a row may have at most, so that an unclosed quote is found and not read to the end; default 1,000,000. */
  readonly maxRowLength?: number;
}

/** Some rows of a file, all with as many cells as the header. */
export interface CsvRows {
  readonly rows: readonly (readonly string[])[];
  /** The line of the file that each row begins in, from 1. */
  readonly lines: readonly number[];
  /** What `lines` counts, where that is not lines. */
  readonly unit?: LineUnit;
}

/** An open CSV file, or another table with cells as they would stand in one. */
export interface Csv {
  /** Names of the columns, from the first line. A column without a name is called `column 3`, by its place. */
  readonly columns: readonly string[];
  readonly delimiter: string;
  /** The rows below the header, as they are read; can be gone through once. */
  readonly chunks: AsyncIterable<CsvRows>;
}

const delimiters = [",", ";", "\t", "|"];

/**
 * Opens a CSV file (RFC 4180, and what spreadsheets make of it: any line ends, a byte order mark, another delimiter, blank
 * lines). Its first line names the columns. The file is read as its rows are asked for; one chunk is in memory at a time.
 *
 * @throws TableError, here or while rows are read: an empty file; bytes that are no text; a column name that comes twice; a row
 *   with more or fewer cells than the header; broken quotes; a row that is too long.
 * @param source also a table that is open already, which is given back.
 * @example
 * const csv = await readCsv(file);
 * for await (const { rows } of csv.chunks) console.log(rows[0]);
 */
export async function readCsv(source: CsvSource | Csv, options: CsvOptions = {}): Promise<Csv> {
  if (typeof source === "object" && "chunks" in source) return source;
  const rows = new RowReader(textOf(source), options);
  const header = await rows.header();
  return { columns: header, delimiter: rows.delimiter, chunks: rows.chunks(header.length) };
}

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly row?: number; readonly message: string }[];
  readonly meta: { readonly cursor: number };
}

/** Papa Parse parses what is in memory; this feeds it pieces, and keeps what follows the last whole row for the next one. */
class RowReader {
  delimiter: string;
  private readonly pieces: AsyncGenerator<string>;
  private readonly limit: number;
  private rest = "";
  private ended = false;
  /** Line in which the text in `rest` begins. */
  private line = 1;
  private newline = "\n";
  /** Rows that came in the same piece as the header. */
  private ahead: CsvRows = { rows: [], lines: [] };

  constructor(pieces: AsyncGenerator<string>, { delimiter = "", maxRowLength = 1_000_000 }: CsvOptions) {
    this.pieces = pieces;
    this.delimiter = delimiter;
    this.limit = maxRowLength;
  }

  async header(): Promise<string[]> {
    // Delimiter and line ends are told from a first part that has some rows, where the file has.
    while (!this.ended && this.rest.length < 4096) await this.more();
    if (!this.rest.includes("\n") && this.rest.includes("\r")) this.newline = "\r";
    if (this.delimiter === "") this.delimiter = this.guessed();
    let found = this.parse();
    while (found.rows.length === 0 && !this.ended) {
      await this.more();
      found = this.parse();
    }
    if (found.rows.length === 0) throw new TableError("the file is empty");
    this.ahead = { rows: found.rows.slice(1), lines: found.lines.slice(1) };
    return checkedNames(found.rows[0]);
  }

  async *chunks(width: number): AsyncGenerator<CsvRows> {
    try {
      if (this.ahead.rows.length > 0) yield rectangular(this.ahead, width);
      while (!this.ended) {
        await this.more();
        const found = this.parse();
        if (found.rows.length > 0) yield rectangular(found, width);
      }
    } finally {
      await this.pieces.return(undefined);
    }
  }

  private async more(): Promise<void> {
    const { done, value } = await this.pieces.next();
    if (done) this.ended = true;
    else this.rest += value;
  }

  private guessed(): string {
    const { meta } = Papa.parse<string[]>(this.rest, {
      newline: this.newline as "\n" | "\r",
      delimitersToGuess: delimiters,
      preview: 10,
      skipEmptyLines: "greedy",
    });
    return delimiters.includes(meta.delimiter) ? meta.delimiter : ",";
  }

  /** Takes the whole rows off `rest`, the last one too where the file has ended. */
  private parse(): CsvRows {
    const parser = new Papa.Parser({ delimiter: this.delimiter, newline: this.newline as "\n" | "\r" });
    const { data, errors, meta }: Parsed = parser.parse(this.rest, 0, !this.ended);
    const multiline = this.rest.includes('"');
    const rows: string[][] = [];
    const lines: number[] = [];
    const bad = errors.find(({ row }) => row !== undefined && row < data.length);
    for (const [i, row] of data.entries()) {
      if (bad?.row === i) throw new TableError(`broken quotes: ${bad.message.toLowerCase()}`, { line: this.line });
      const last = row.length - 1;
      if (this.newline === "\n" && row[last].endsWith("\r")) row[last] = row[last].slice(0, -1);
      // Blank lines are no rows; nor is what follows the last line end.
      if (last > 0 || row[0].trim() !== "") {
        rows.push(row);
        lines.push(this.line);
      }
      this.line += multiline ? row.reduce((n, cell) => n + count(cell, this.newline), 1) : 1;
    }
    this.rest = this.ended ? "" : this.rest.slice(meta.cursor);
    if (this.rest.length > this.limit)
      throw new TableError(`a row of more than ${this.limit.toLocaleString("en")} characters; is a quote not closed?`, {
        line: this.line,
      });
    return { rows, lines };
  }
}

function count(text: string, what: string): number {
  let found = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) found++;
  return found;
}

function checkedNames(header: readonly string[]): string[] {
  const names = header.map((name, i) => name.trim() || `column ${i + 1}`);
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const before = seen.get(name);
    if (before !== undefined)
      throw new TableError(`the header has this name twice, in columns ${before + 1} and ${i + 1}`, {
        line: 1,
        column: name,
      });
    seen.set(name, i);
  }
  return names;
}

function rectangular(chunk: CsvRows, width: number): CsvRows {
  for (const [i, row] of chunk.rows.entries())
    if (row.length !== width)
      throw new TableError(`${row.length} cells, but the header has ${width}`, { line: chunk.lines[i] });
  return chunk;
}
