/** What a saved file says about its weights: JSON in the metadata. */
import { ValueError } from "@cresset/core/functions";
import { FormatError } from "@cresset/io";
import type { Preparation, PreparedColumn } from "../preparation.ts";
import { activationNames } from "../training/model.ts";
import { optimizerNames } from "../training/optimizers.ts";
import { lossNames, type TrainingOptions, trainingOptions } from "../training/options.ts";
import { Fields } from "./fields.ts";

/** Everything but the tensors. */
export interface Description {
  readonly options: TrainingOptions;
  readonly preparation: Preparation;
  /** The loss of each epoch. */
  readonly losses: readonly number[];
  /** The table that it learned from: rows, which part was put aside, and a number that tells it from other tables. */
  readonly data: {
    readonly train: number;
    readonly test: number;
    readonly testSplit: number;
    readonly checksum: number;
  };
  /** Numbers of the optimizer's state that are no tensors, by parameter and name. */
  readonly optimizer: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const metadataKey = "cresset.classifier";
const version = 1;

export function describe(description: Description): Record<string, string> {
  // JSON has no NaN, and a loss can be that.
  return { [metadataKey]: JSON.stringify({ version, ...description, losses: description.losses.map(String) }) };
}

/** Whether texts that a file holds tell of a training. */
export function isSavedTraining(metadata: Readonly<Record<string, string>>): boolean {
  return Object.hasOwn(metadata, metadataKey);
}

function numberOf(text: string): number {
  const value = Number(text);
  if (String(value) !== text) throw new FormatError(`the loss "${text}" is no number`);
  return value;
}

/** @throws FormatError for metadata without a description, or with one that is not whole. */
export function readDescription(metadata: Readonly<Record<string, string>>): Description {
  const text = metadata[metadataKey];
  if (text === undefined)
    throw new FormatError("these are weights without the table's description: they were not saved by @cresset/tabular");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`the metadata "${metadataKey}" is no JSON`, { cause: error });
  }
  const fields = new Fields(parsed, metadataKey);
  if (fields.count("version") !== version)
    throw new FormatError(`the file has version ${fields.count("version")} of its description; known is ${version}`);
  return {
    options: readOptions(fields.fields("options")),
    preparation: readPreparation(fields.fields("preparation")),
    losses: fields.texts("losses").map(numberOf),
    data: readData(fields.fields("data")),
    optimizer: readOptimizer(fields),
  };
}

function readOptions(fields: Fields): TrainingOptions {
  try {
    return trainingOptions({
      hidden: fields.numbers("hidden"),
      activation: fields.oneOf("activation", activationNames),
      dropout: fields.number("dropout"),
      loss: fields.oneOf("loss", lossNames),
      optimizer: fields.oneOf("optimizer", optimizerNames),
      lr: fields.number("lr"),
      batchSize: fields.nullOr("batchSize", fields.count),
      seed: fields.number("seed"),
    });
  } catch (error) {
    if (error instanceof ValueError) throw new FormatError(error.message, { cause: error });
    throw error;
  }
}

function readPreparation(fields: Fields): Preparation {
  const columns = fields.objects("columns").map(
    (column): PreparedColumn => ({
      name: column.text("name"),
      sentinels: column.numbers("sentinels"),
      fill: column.nullOr("fill", column.number),
      indicator: column.boolean("indicator"),
      mean: column.number("mean"),
      std: column.number("std"),
    }),
  );
  const target = fields.text("target");
  const names = [target, ...columns.map(({ name }) => name)];
  if (new Set(names).size < names.length) throw new FormatError("the file names a column twice");
  return {
    target,
    scale: fields.oneOf("scale", ["standard", "none"]),
    missing: fields.oneOf("missing", ["refuse", "mean", "median"]),
    columns,
  };
}

function readData(fields: Fields): Description["data"] {
  return {
    train: fields.count("train"),
    test: fields.count("test"),
    testSplit: fields.number("testSplit"),
    checksum: fields.count("checksum"),
  };
}

function readOptimizer(fields: Fields): Description["optimizer"] {
  const all = fields.fields("optimizer");
  return Object.fromEntries(
    all.names().map((param) => {
      const own = all.fields(param);
      return [param, Object.fromEntries(own.names().map((name) => [name, own.number(name)]))];
    }),
  );
}
