import {
  type Classifier,
  classBalance,
  columnOf,
  findSentinels,
  labelsOf,
  loadClassifier,
  prepareData,
  readTable,
  requireSavable,
  type Sentinel,
  savedFormatOf,
  saveTrainingFile,
  type Table,
  Training,
  type TrainingData,
} from "@cresset/tabular";
import { useDevice } from "../devices.ts";
import { CommandError, openTable, reading, requireFile, requireWritable } from "../files.ts";
import { withLabels } from "../labels.ts";
import { duration } from "../output/format.ts";
import { createProgress, noProgress } from "../output/progress.ts";
import { type Measures, measure, printReport } from "../output/report.ts";
import { printLine, type Streams } from "../output/streams.ts";
import { warn, warnOfSentinels } from "../output/warning.ts";
import { newPlan, type Plan, resumedPlan, type TrainOptions } from "./train-options.ts";

/** What `--json` prints. */
export interface TrainReport {
  readonly device: string;
  readonly epochs: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly out: string;
  readonly columns: readonly string[];
  readonly sentinels: Readonly<Record<string, readonly Sentinel[]>>;
  readonly losses: readonly number[];
  readonly train: Measures;
  readonly test: Measures | null;
}

/** Trains; everything that can be wrong is found before the first epoch. Returns the exit status. */
export async function train(
  file: string,
  options: TrainOptions,
  given: ReadonlySet<string>,
  streams: Streams,
): Promise<number> {
  const { out, device, epochs, json } = options;
  await Promise.all([requireFile(file), requireWritable(out, file)]);
  const format = savedFormatOf(out);
  const fresh = options.resume ? null : newPlan(options);
  // Which prepares columns in float64 for the graph of an ONNX file, where the device has none.
  if (format === "onnx" && device === "webgpu") await useDevice("cpu");
  await useDevice(device);
  const saved = options.resume ? await load(out, device) : null;
  const plan = saved === null ? (fresh ?? newPlan(options)) : resumedPlan(saved, options, given);
  const { data, sentinels } = await dataOf(file, plan, options, saved, streams);
  const training =
    saved === null ? Training.create(data, plan.training, device) : await reading(out, () => saved.resume(data));
  requireSavable(training, format);

  const interrupt = interruption();
  const progress = json ? noProgress : createProgress(streams.stdout, training.epoch, epochs);
  const began = training.epoch;
  const started = performance.now();
  try {
    while (training.epoch < epochs && !interrupt.happened()) {
      progress.show(await training.step());
      const { epoch } = training;
      if (options.checkpointEvery !== undefined && epoch % options.checkpointEvery === 0 && epoch < epochs)
        await saveTrainingFile(training, out);
    }
  } finally {
    progress.end();
    interrupt.end();
  }
  const seconds = (performance.now() - started) / 1000;
  await saveTrainingFile(training, out);
  const interrupted = interrupt.happened();
  const report: TrainReport = {
    device,
    epochs: training.epoch,
    seconds,
    interrupted,
    out,
    columns: data.preparation.columns.map(({ name }) => name),
    sentinels: Object.fromEntries(sentinels),
    losses: training.losses,
    train: measure(data.train, await training.evaluate("train")),
    test: data.test.length === 0 ? null : measure(data.test, await training.evaluate("test")),
  };
  if (json) printLine(streams.stdout, JSON.stringify(report));
  else print(report, training.epoch - began, data, streams);
  return interrupted ? 130 : 0;
}

function print(report: TrainReport, epochs: number, { width, train }: TrainingData, { stdout }: Streams): void {
  const { device, seconds, out, interrupted, losses } = report;
  printLine(stdout);
  printLine(
    stdout,
    `${epochs} epochs of ${train.length} rows with ${width} inputs on ${device} in ${duration(seconds)}\n`,
  );
  printReport(stdout, report.train, report.test, losses);
  printLine(stdout, `\nsaved to ${out}${interrupted ? `; --resume goes on from epoch ${report.epochs}` : ""}`);
}

async function load(out: string, device: string): Promise<Classifier> {
  await requireFile(out).catch((error) => {
    throw new CommandError(`${error.message}; --resume goes on with the training that --out names`, { cause: error });
  });
  return reading(out, () => loadClassifier(out, { device }));
}

interface FoundData {
  readonly data: TrainingData;
  readonly sentinels: ReadonlyMap<string, readonly Sentinel[]>;
}

/** Reads and prepares the table, which can then be forgotten. */
async function dataOf(
  file: string,
  { data: plan }: Plan,
  options: TrainOptions,
  saved: Classifier | null,
  streams: Streams,
): Promise<FoundData> {
  const { target, missing } = plan;
  return reading(file, async () => {
    const csv = options.delimiter === undefined ? {} : { delimiter: options.delimiter };
    const source = await openTable(file);
    const { positive } = options;
    const table = await readTable(positive === undefined ? source : await withLabels(source, csv, target, positive), {
      target,
      ...(positive === undefined ? { labels: "--positive says which one is 1" } : {}),
      ignore: options.ignore,
      ...(plan.features === undefined ? {} : { only: plan.features }),
      numbersOnly: "--ignore leaves the column out",
      ...(missing === "refuse"
        ? { complete: "--missing mean or --missing median fills it in, --ignore leaves the column out" }
        : {}),
      ...csv,
    });
    const sentinels = sentinelsOf(table, target);
    const data = prepareData(table, plan);
    if (saved === null) {
      if (plan.sentinels === "keep") warnOfSentinels(streams, sentinels);
      warnOfColumns(table, target, streams);
    }
    return { data, sentinels };
  });
}

function sentinelsOf({ columns }: Table, target: string): Map<string, readonly Sentinel[]> {
  const found = columns
    .filter(({ name }) => name !== target)
    .map((column) => [column.name, findSentinels(column)] as const);
  return new Map(found.filter(([, sentinels]) => sentinels.length > 0));
}

function warnOfColumns(table: Table, target: string, streams: Streams): void {
  for (const { name } of table.columns)
    if (/^column \d+$/.test(name))
      warn(streams, `${name} has no name, as row numbers have that pandas writes; --ignore "${name}" leaves it out`);
  const { zeros, ones } = classBalance(labelsOf(columnOf(table, target)));
  if (zeros === 0 || ones === 0) warn(streams, `all labels are ${zeros === 0 ? 1 : 0}: there is nothing to tell apart`);
}

/** The first interrupt ends the training after the epoch that is under way; a second one ends the process. */
function interruption(): { happened(): boolean; end(): void } {
  let happened = false;
  const note = (): void => {
    happened = true;
    end();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  const end = (): void => {
    for (const signal of signals) process.off(signal, note);
  };
  for (const signal of signals) process.on(signal, note);
  return { happened: () => happened, end };
}
