import { Generator } from "@cresset/core/functions";
import { fitPreparation, inputNames, type Preparation, type PreparationOptions, prepare } from "../preparation.ts";
import { splitRows } from "../split.ts";
import { columnOf, labelsOf, type Table } from "../table/index.ts";

/** Rows for a network. */
export interface Rows {
  readonly length: number;
  /** float32 [rows, inputs]. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** float32 [rows], 0 and 1. */
  readonly labels: Float32Array<ArrayBuffer>;
}

/** A table, split and prepared. */
export interface TrainingData {
  readonly preparation: Preparation;
  /** How many numbers a row has. */
  readonly width: number;
  readonly train: Rows;
  /** No rows where nothing is put aside for testing. */
  readonly test: Rows;
  /** The numbers of the table's rows, from 0, that train and that test, in order. */
  readonly rows: { readonly train: ArrayLike<number>; readonly test: ArrayLike<number> };
  readonly seed: number;
  readonly testSplit: number;
  /** The random numbers' state after the split: weights are drawn next. */
  readonly generator: Generator;
}

export interface PrepareDataOptions extends PreparationOptions {
  /** Which part of the rows is put aside for testing; default 0.2. */
  readonly testSplit?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Splits a table at random into rows that train and rows that test, learns from the first what to do with each column, and
 * does it with both.
 *
 * @throws TableError as `fitPreparation`, and for labels that are not 0 or 1; ValueError for options out of range.
 * @example
 * const data = prepareData(await readTable(file), { target: "label" });
 */
export function prepareData(table: Table, options: PrepareDataOptions): TrainingData {
  const { seed = 0, testSplit = 0.2 } = options;
  const labels = labelsOf(columnOf(table, options.target));
  const generator = new Generator(seed);
  const split = splitRows(table.length, testSplit, generator);
  const preparation = fitPreparation(table, split.train, options);
  const rowsOf = (numbers: ArrayLike<number>): Rows => ({
    length: numbers.length,
    inputs: prepare(preparation, table, numbers),
    labels: Float32Array.from(numbers, (row) => labels[row]),
  });
  return {
    preparation,
    width: inputNames(preparation).length,
    train: rowsOf(split.train),
    test: rowsOf(split.test),
    rows: split,
    seed,
    testSplit,
    generator,
  };
}
