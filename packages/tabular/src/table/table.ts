import type { Csv, CsvOptions, CsvSource } from "../csv/index.ts";
import { readCsv } from "../csv/index.ts";
import { TableError } from "../errors.ts";
import { TableBuilder, type TableChecks } from "./builder.ts";
import { readCell } from "./cell.ts";
import { Numbers } from "./numbers.ts";

/** What the cells of a column are: numbers; true and false, as 1 and 0; something else; nothing at all. */
export type ColumnKind = "number" | "boolean" | "text" | "empty";

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** How many cells have no value: empty, NA, NaN, null, None or ?, in any case. */
  readonly missing: number;
  /** A cell that made the column one of text, with its line. */
  readonly text: { readonly cell: string; readonly line: number } | null;
  /** The numbers, NaN where there is none. No numbers are kept of a column of text. */
  readonly values: Numbers;
}

/** A table in memory, by columns. */
export interface Table {
  readonly length: number;
  readonly columns: readonly Column[];
}

export interface ReadTableOptions extends CsvOptions, TableChecks {
  /** Called after each chunk with the number of rows so far. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Reads a CSV file (or another open table) into memory, chunk by chunk: besides the numbers themselves, 8 bytes each, one chunk is in memory at a time.
 *
 * @throws TableError as `readCsv`; for a file without rows; and for what `options` say is checked.
 * @example
 * const table = await readTable(input.files[0]);
 * console.log(table.length, table.columns.map(({ name, kind }) => `${name}: ${kind}`));
 */
export async function readTable(source: CsvSource | Csv, options: ReadTableOptions = {}): Promise<Table> {
  const csv = await readCsv(source, options);
  const builder = new TableBuilder(csv.columns, options);
  for await (const chunk of csv.chunks) {
    builder.add(chunk);
    options.onProgress?.(builder.length);
  }
  if (builder.length === 0) throw new TableError("the file has a header and no rows");
  return builder.table();
}

/**
 * A table of numbers that are in memory; NaN stands for a missing one.
 *
 * @throws TableError where columns differ in length.
 * @example
 * createTable({ x: [0.1, 0.9], label: [0, 1] });
 */
export function createTable(columns: Readonly<Record<string, ArrayLike<number>>>): Table {
  const entries = Object.entries(columns);
  const length = entries.length === 0 ? 0 : entries[0][1].length;
  return {
    length,
    columns: entries.map(([name, values]): Column => {
      if (values.length !== length)
        throw new TableError(`${values.length} numbers, but the first column has ${length}`, { column: name });
      let missing = 0;
      for (let i = 0; i < length; i++) if (Number.isNaN(values[i])) missing++;
      return { name, kind: missing < length ? "number" : "empty", missing, text: null, values: Numbers.from(values) };
    }),
  };
}

/** The column of a name. @throws TableError that lists the columns if there is none. */
export function columnOf(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found === undefined)
    throw noSuchColumn(
      name,
      table.columns.map((column) => column.name),
    );
  return found;
}

/** The error for a column that is not there. */
export function noSuchColumn(name: string, names: readonly string[]): TableError {
  const some = names.slice(0, 12).map((other) => `"${other}"`);
  const more = names.length > some.length ? ` and ${names.length - some.length} more` : "";
  const values = names.every((each) => /^column \d+$/.test(each) || readCell(each).kind === "number");
  const hint = values ? ": the first line must name the columns, and seems to hold values" : "";
  return new TableError(`there is no column "${name}"; there are ${some.join(", ")}${more}${hint}`);
}
