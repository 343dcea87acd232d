import { TableError } from "../errors.ts";
import type { Csv, CsvRows } from "./read-csv.ts";

/** A table's values of any type, some rows at a time: what `@cresset/io/parquet` and `@cresset/io/arrow` open. */
export interface TableValues {
  readonly names: readonly string[];
  readonly groups: AsyncIterable<ReadonlyMap<string, readonly unknown[]>>;
}

/** Rows that become texts at a time. */
const rowsAtOnce = 1024;

/**
 * A table of values as if it had been read from a CSV file, for `readTable` and `predictCsv`: numbers and truth values are
 * that, null and NaN are missing, and everything else is text. Errors name rows, from 1, instead of lines.
 *
 * @throws TableError for a name that comes twice.
 * @example
 * const table = await readTable(rowsOfValues(await openParquetValues("people.parquet")));
 */
export function rowsOfValues({ names, groups }: TableValues): Csv {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new TableError("the table has this name twice", { column: twice });
  return { columns: names, delimiter: ",", chunks: chunks(names, groups) };
}

async function* chunks(names: readonly string[], groups: TableValues["groups"]): AsyncGenerator<CsvRows> {
  let row = 0;
  for await (const group of groups) {
    const columns = names.map((name) => group.get(name) ?? []);
    const length = columns[0]?.length ?? 0;
    for (let start = 0; start < length; start += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, length - start);
      const first = row;
      yield {
        rows: Array.from({ length: count }, (_, i) => columns.map((column) => cellOf(column[start + i]))),
        lines: Array.from({ length: count }, (_, i) => first + i + 1),
        unit: "row",
      };
      row += count;
    }
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : `(${value.constructor?.name})`;
}
