import { type Column, csvText, findSentinels, readCsv, type Table, TableBuilder, TableError } from "@cresset/tabular";
import { sampleColumns, samples } from "../data/index.ts";
import type { ColumnSummary, Source, TableSummary } from "./protocol.ts";

/** A table, and the CSV that it came from. */
export interface OpenTable {
  readonly fileName: string;
  readonly delimiter: string;
  readonly csv: Blob;
  readonly table: Table;
}

/** @throws TableError for what is no table. */
export async function openTable(source: Source): Promise<OpenTable> {
  const fileName = source.kind === "file" ? source.file.name : samples[source.name].fileName;
  const csv = source.kind === "file" ? source.file : sampleCsv(source.name);
  const { columns, delimiter, chunks } = await readCsv(csv);
  const builder = new TableBuilder(columns);
  for await (const chunk of chunks) builder.add(chunk);
  if (builder.length === 0) throw new TableError("the file has a header and no rows");
  return { fileName, delimiter, csv, table: builder.table() };
}

function sampleCsv(name: keyof typeof samples): Blob {
  const columns = sampleColumns(name);
  const names = Object.keys(columns);
  const { length } = columns[names[0]];
  const rows = Array.from({ length }, (_, i) =>
    names.map((column) => (Number.isNaN(columns[column][i]) ? "" : columns[column][i])),
  );
  return new Blob([csvText([names, ...rows])], { type: "text/csv" });
}

export function summaryOf({ fileName, table }: OpenTable): TableSummary {
  return { fileName, rows: table.length, columns: table.columns.map(summaryOfColumn) };
}

function summaryOfColumn(column: Column): ColumnSummary {
  const { name, kind, missing, text, values } = column;
  const sentinels = findSentinels(column);
  const codes = sentinels.map(({ value }) => value);
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let binary = missing === 0 && values.length > 0;
  for (const value of values) {
    if (value !== 0 && value !== 1) binary = false;
    if (Number.isNaN(value) || codes.includes(value)) continue;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  const empty = smallest > largest;
  return {
    name,
    kind,
    missing,
    sentinels,
    binary,
    text: text?.cell ?? null,
    smallest: empty ? Number.NaN : smallest,
    largest: empty ? Number.NaN : largest,
  };
}
