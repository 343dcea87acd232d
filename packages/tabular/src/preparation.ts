/** From columns to what a network takes: numbers that stand for "no value" handled, gaps filled, columns scaled. */
import { TableError } from "./errors.ts";
import { median, moments, Sum } from "./statistics.ts";
import { type Column, columnOf, findSentinels, type Table } from "./table/index.ts";

export interface PreparationOptions {
  /** The column of labels. */
  readonly target: string;
  /** The columns to learn from; default: all others. */
  readonly features?: readonly string[];
  /** "standard": (x - mean) / std of the training rows, in float64; "none": as they are. Default "standard". */
  readonly scale?: Scale;
  /** What becomes of numbers that `findSentinels` finds: "keep" (default), or "missing": they count as missing values. */
  readonly sentinels?: "keep" | "missing";
  /** Missing values are an error ("refuse", the default), or become the mean or the median of the training rows. */
  readonly missing?: MissingValues;
  /** Whether a column with missing values gets a second one beside it, 1 where the value is missing; default false. */
  readonly indicators?: boolean;
}

export type Scale = "standard" | "none";
export type MissingValues = "refuse" | "mean" | "median";

/** What is done with one column. */
export interface PreparedColumn {
  readonly name: string;
  /** Numbers that count as missing. */
  readonly sentinels: readonly number[];
  /** What missing values become; null: they are refused. */
  readonly fill: number | null;
  /** Whether a column of 0 and 1 says where values are missing. */
  readonly indicator: boolean;
  /** Subtracted from each value. */
  readonly mean: number;
  /** What values are divided by then. */
  readonly std: number;
}

/** What is done with a table, learned from its training rows; plain data, that travels in a saved file. */
export interface Preparation {
  readonly target: string;
  readonly scale: Scale;
  /** Where the values that fill gaps come from. */
  readonly missing: MissingValues;
  readonly columns: readonly PreparedColumn[];
}

/** Where float32 rounds to infinity. */
const float32Limit = 2 ** 128 - 2 ** 103;

/** Names of a network's inputs: the columns, then the indicators. */
export function inputNames({ columns }: Preparation): string[] {
  return [
    ...columns.map(({ name }) => name),
    ...columns.filter(({ indicator }) => indicator).map(({ name }) => `${name} is missing`),
  ];
}

/**
 * Learns from the training rows what to do with each column.
 *
 * @param rows numbers of the training rows, from 0.
 * @throws TableError for columns that are not there or hold no numbers, and for missing values that are refused.
 */
export function fitPreparation(table: Table, rows: ArrayLike<number>, options: PreparationOptions): Preparation {
  const { target, scale = "standard", sentinels = "keep", missing = "refuse", indicators = false } = options;
  columnOf(table, target);
  const names = options.features ?? table.columns.map(({ name }) => name).filter((name) => name !== target);
  if (names.length === 0) throw new TableError(`there is no column to learn from besides the labels in "${target}"`);
  if (sentinels === "missing" && missing === "refuse")
    throw new TableError("sentinels that count as missing need something to take their place: the mean or the median");
  const columns = names.map((name): PreparedColumn => {
    if (name === target) throw new TableError("the labels cannot be learned from", { column: name });
    const column = requireNumbers(columnOf(table, name));
    const codes = sentinels === "missing" ? findSentinels(column).map(({ value }) => value) : [];
    const gaps = column.missing > 0 || codes.length > 0;
    if (missing === "refuse" && gaps)
      throw refused(column, "fill them with the mean or the median, or leave the column out");
    const fill = missing === "refuse" ? null : filling(column, rows, codes, missing);
    const value = reader(column, codes, fill);
    const { mean, std } = scale === "standard" ? moments(rows.length, (i) => value(rows[i])) : { mean: 0, std: 1 };
    return { name, sentinels: codes, fill, indicator: indicators && gaps, mean, std };
  });
  return { target, scale, missing, columns };
}

/**
 * A network's inputs for rows of a table.
 *
 * @param rows numbers of the rows, from 0; default: all, in order.
 * @returns float32 [rows, inputs], row-major.
 * @throws TableError for columns that are not there or hold no numbers, and for missing values that are refused.
 */
export function prepare(preparation: Preparation, table: Table, rows?: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const count = rows?.length ?? table.length;
  const width = inputNames(preparation).length;
  const inputs = new Float32Array(count * width);
  let indicatorAt = preparation.columns.length;
  for (const [at, { name, sentinels, fill, indicator, mean, std }] of preparation.columns.entries()) {
    const column = requireNumbers(columnOf(table, name));
    if (fill === null && column.missing > 0)
      throw refused(column, "in training none were, so there is nothing to fill them with");
    const value = reader(column, sentinels, fill);
    const gap = reader(column, sentinels, null);
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i];
      const input = (value(row) - mean) / std;
      inputs[i * width + at] = input;
      if (!(Math.abs(input) < float32Limit))
        throw new TableError(`${value(row)} in row ${row + 1} is beyond float32; scale the column, or leave it out`, {
          column: name,
        });
      if (indicator) inputs[i * width + indicatorAt] = Number.isNaN(gap(row)) ? 1 : 0;
    }
    if (indicator) indicatorAt++;
  }
  return inputs;
}

function requireNumbers(column: Column): Column {
  const { name, kind, text } = column;
  if (kind === "text")
    throw new TableError(`"${text?.cell}" is not a number; leave the column out, or turn it into numbers`, {
      line: text?.line,
      column: name,
    });
  return column;
}

function refused({ name, missing, values }: Column, advice: string): TableError {
  let first = 0;
  while (first < values.length && !Number.isNaN(values.at(first))) first++;
  const count = missing === 1 ? "1 value is missing" : `${missing} values are missing`;
  return new TableError(`${count}, first in row ${first + 1}; ${advice}`, {
    column: name,
  });
}

/** A column's values with sentinels as NaN and, if `fill` is given, that in the place of NaN. */
function reader({ values }: Column, sentinels: readonly number[], fill: number | null): (row: number) => number {
  const instead = fill ?? Number.NaN;
  if (sentinels.length === 0 && fill === null) return (row) => values.at(row);
  return (row) => {
    const value = values.at(row);
    return Number.isNaN(value) || sentinels.includes(value) ? instead : value;
  };
}

function filling(column: Column, rows: ArrayLike<number>, sentinels: readonly number[], by: "mean" | "median"): number {
  const value = reader(column, sentinels, null);
  const sum = new Sum();
  const present = new Float64Array(by === "median" ? rows.length : 0);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const found = value(rows[i]);
    if (Number.isNaN(found)) continue;
    if (by === "mean") sum.add(found);
    else present[count] = found;
    count++;
  }
  if (count === 0)
    throw new TableError("no row to train with has a value; leave the column out", { column: column.name });
  return by === "mean" ? sum.value / count : median(present.subarray(0, count));
}
