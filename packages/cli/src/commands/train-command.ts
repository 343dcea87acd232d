import { activationNames, defaultTrainingOptions, lossNames, optimizerNames } from "@cresset/tabular";
import { Option } from "commander";
import { devices } from "../devices.ts";
import { batchSize, collect, hiddenWidths, number, oneOf, wholeNumber } from "../options.ts";
import type { AddCommand } from "./command.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

const part = number((p) => p >= 0 && p < 1, "from 0 to below 1");
const positive = number((x) => x > 0 && x < Number.POSITIVE_INFINITY, "a number above 0");

function option<T>(flags: string, description: string, parse: (text: string) => T, value?: T, shown?: string): Option {
  const made = new Option(flags, description).argParser(parse);
  return value === undefined ? made : made.default(value, shown ?? String(value));
}

/** An option that takes one of some names. */
function choice<T extends string>(flags: string, description: string, names: readonly T[], value: T): Option {
  return option(flags, `${description}${names.join(", ")}`, oneOf(names), value);
}

function options(): Option[] {
  const { hidden, activation, dropout, loss, optimizer, lr, seed } = defaultTrainingOptions;
  return [
    new Option("-t, --target <column>", "the column of labels, 0 or 1"),
    new Option("--positive <label>", "which label is 1, where they are words such as yes and no; also with --resume"),
    new Option("--ignore <column>", "a column to leave out; may be given several times").argParser(collect),
    option("--hidden <widths>", "widths of the hidden layers, such as 100 or 64,32; or none", hiddenWidths, [
      ...hidden,
    ]),
    choice("--activation <name>", "", activationNames, activation),
    option("--dropout <probability>", "with which activations are dropped in training", part, dropout),
    choice("--loss <name>", "", lossNames, loss),
    choice("--optimizer <name>", "", optimizerNames, optimizer),
    option("--lr <rate>", "learning rate", positive, lr),
    option("--epochs <count>", "how often to go through the rows", wholeNumber(0), 500),
    option("--batch-size <rows>", "rows in a step, or full: all of them", batchSize, null, "full"),
    choice("--scale <how>", "(x - mean) / std of the training rows, or not: ", ["standard", "none"], "standard"),
    choice(
      "--sentinels <how>",
      'what numbers such as -99 are, that stand for "no value": ',
      ["keep", "missing"],
      "keep",
    ),
    choice("--missing <how>", "what becomes of missing values: ", ["refuse", "mean", "median"], "refuse"),
    new Option("--indicators", "add a column of 0 and 1 for each column with missing values"),
    option("--test-split <part>", "of the rows, put aside to test with", part, 0.2),
    option("--seed <number>", "of the split, the weights and batches", wholeNumber(Number.MIN_SAFE_INTEGER), seed),
    choice("--device <name>", "where to compute: ", devices, "wasm"),
    new Option(
      "-o, --out <file>",
      "where to save the network: .safetensors, .pt for PyTorch, or .onnx for any engine",
    ).default("model.safetensors"),
    option("--checkpoint-every <epochs>", "also save while training", wholeNumber(1)),
    new Option("--resume", "go on with the training that --out holds, up to --epochs; the table must be the same"),
    new Option("--delimiter <text>", "what stands between cells; default: told from the first lines"),
    new Option("--json", "print one JSON object at the end, and nothing else"),
  ];
}

export const trainCommand: AddCommand = (program, streams, state) => {
  const command = program
    .command("train")
    .description("learn 0/1 labels from a table, report how well that went, and save the network")
    .argument("<table>", "a CSV file whose first line names the columns, or a Parquet, Arrow or Feather file");
  for (const one of options()) command.addOption(one);
  command.action(async (table: string, found: Partial<TrainOptions>) => {
    const given = new Set(Object.keys(found).filter((name) => command.getOptionValueSource(name) === "cli"));
    const off = { ignore: [], indicators: false, resume: false, json: false };
    // The defaults above are of all others.
    state.status = await train(table, { ...off, ...found } as TrainOptions, given, streams);
  });
};
