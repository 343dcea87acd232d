import { type Csv, type CsvOptions, type CsvSource, csvText, readCsv } from "../csv/index.ts";
import { TableError } from "../errors.ts";
import { TableBuilder } from "../table/index.ts";
import type { Classifier } from "./load.ts";

/** The columns that `predictCsv` adds. */
export const predictedColumns = ["probability", "predicted"] as const;

/**
 * Reads a CSV file and gives it back, chunk by chunk, with two more columns: the probability of 1, and 1 where that is above
 * one half, else 0. Columns that the network does not need may hold anything.
 *
 * @throws TableError as `readTable`, with the line of the file.
 * @example
 * const parts: string[] = [];
 * for await (const part of predictCsv(classifier, file)) parts.push(part);
 * const predictions = new Blob(parts, { type: "text/csv" });
 */
export async function* predictCsv(
  classifier: Classifier,
  source: CsvSource | Csv,
  options: CsvOptions = {},
): AsyncGenerator<string> {
  const csv = await readCsv(source, options);
  for (const added of predictedColumns)
    if (csv.columns.includes(added)) throw new TableError("there is a column of this name already", { column: added });
  const { columns, missing } = classifier.preparation;
  const checks = {
    only: columns.map(({ name }) => name),
    numbersOnly: true,
    ...(missing === "refuse" ? { complete: "in training none was missing, so there is nothing to fill it with" } : {}),
  };
  // Before anything is given, this looks for the columns.
  let builder = new TableBuilder(csv.columns, checks);
  yield csvText([[...csv.columns, ...predictedColumns]], csv.delimiter);
  for await (const chunk of csv.chunks) {
    builder.add(chunk);
    const probabilities = await classifier.predict(builder.table());
    builder = new TableBuilder(csv.columns, checks);
    const rows = chunk.rows.map((row, i) => [...row, probabilities[i], probabilities[i] > 0.5 ? 1 : 0]);
    yield csvText(rows, csv.delimiter);
  }
}
