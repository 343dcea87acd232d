/** What `cresset train` is asked for, and how that goes together with a training that is resumed. */
import type { Classifier, MissingValues, PrepareDataOptions, Scale, TrainingOptions } from "@cresset/tabular";
import type { DeviceName } from "../devices.ts";
import { CommandError } from "../files.ts";

export interface TrainOptions extends TrainingOptions {
  readonly target?: string;
  readonly positive?: string;
  readonly ignore: readonly string[];
  readonly scale: Scale;
  readonly sentinels: "keep" | "missing";
  readonly missing: MissingValues;
  readonly indicators: boolean;
  readonly testSplit: number;
  readonly epochs: number;
  readonly device: DeviceName;
  readonly out: string;
  readonly resume: boolean;
  readonly checkpointEvery?: number;
  readonly delimiter?: string;
  readonly json: boolean;
}

/** What is done with the table, and how is learned from it. */
export interface Plan {
  readonly data: PrepareDataOptions;
  readonly training: Partial<TrainingOptions>;
}

/** The plan for a new training. @throws CommandError for options that do not go together. */
export function newPlan(options: TrainOptions): Plan {
  const { target, ignore, scale, sentinels, missing, indicators, testSplit, seed } = options;
  if (target === undefined) throw new CommandError("--target must name the column of labels");
  if (ignore.includes(target)) throw new CommandError(`the labels in "${target}" cannot be ignored`);
  if (missing === "refuse" && sentinels === "missing")
    throw new CommandError("--sentinels missing needs --missing mean or --missing median, which fills them in");
  if (missing === "refuse" && indicators)
    throw new CommandError("--indicators needs --missing mean or --missing median");
  const { hidden, activation, dropout, loss, optimizer, lr, batchSize } = options;
  return {
    data: { target, scale, sentinels, missing, indicators, testSplit, seed },
    training: { hidden, activation, dropout, loss, optimizer, lr, batchSize, seed },
  };
}

/**
 * The plan of a training that goes on: all that its file says.
 *
 * @param given the options that were written on the command line.
 * @throws CommandError for options that say something else.
 */
export function resumedPlan(classifier: Classifier, options: TrainOptions, given: ReadonlySet<string>): Plan {
  const { preparation, options: training, description } = classifier;
  const { target, scale, missing, columns } = preparation;
  const before: Partial<Record<keyof TrainOptions, unknown>> = {
    ...training,
    target,
    scale,
    missing,
    testSplit: description.data.testSplit,
  };
  for (const [name, value] of Object.entries(before)) {
    const now = options[name as keyof TrainOptions];
    if (given.has(name) && JSON.stringify(now) !== JSON.stringify(value))
      throw new CommandError(
        `${flag(name)} is ${shown(now)} now and was ${shown(value)} when the training in ${options.out} began; leave it out to go on, or --resume to begin anew`,
      );
  }
  return {
    data: {
      target,
      features: columns.map(({ name }) => name),
      scale,
      missing,
      sentinels: columns.some(({ sentinels }) => sentinels.length > 0) ? "missing" : "keep",
      indicators: columns.some(({ indicator }) => indicator),
      testSplit: description.data.testSplit,
      seed: training.seed,
    },
    training,
  };
}

const flag = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
const shown = (value: unknown): string =>
  value === null ? "full" : Array.isArray(value) ? value.join(",") || "none" : String(value);
