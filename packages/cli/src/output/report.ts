import { accuracyOf, type ConfusionMatrix, confusionMatrix, type Evaluation, type Rows, roc } from "@cresset/tabular";
import { lossChart } from "./chart.ts";
import { aligned, decimal, percent } from "./format.ts";
import { type Output, printLine } from "./streams.ts";

/** What a network makes of some rows. */
export interface Measures {
  readonly rows: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly auc: number;
  readonly confusion: ConfusionMatrix;
}

export function measure(rows: Rows, { loss, probabilities }: Evaluation): Measures {
  const confusion = confusionMatrix(probabilities, rows.labels);
  const { auc } = roc(probabilities, rows.labels);
  return { rows: rows.length, loss, accuracy: accuracyOf(confusion), auc, confusion };
}

/** Prints measures of the training rows, and of the test rows where there are any, and the loss curve. */
export function printReport(output: Output, train: Measures, test: Measures | null, losses: readonly number[]): void {
  const row = (name: string, { rows, loss, accuracy, auc }: Measures): string[] => [
    name,
    String(rows),
    decimal(loss),
    percent(accuracy),
    decimal(auc),
  ];
  const table = [
    ["", "rows", "loss", "accuracy", "AUC"],
    row("train", train),
    ...(test === null ? [] : [row("test", test)]),
  ];
  for (const line of aligned(table)) printLine(output, line);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = (test ?? train).confusion;
  printLine(output);
  const matrix = [
    [`${test === null ? "train" : "test"} rows`, "predicted 0", "predicted 1"],
    ["label 0", String(trueNegatives), String(falsePositives)],
    ["label 1", String(falseNegatives), String(truePositives)],
  ];
  for (const line of aligned(matrix)) printLine(output, line);
  const chart = lossChart(losses, output.columns);
  if (chart.length === 0) return;
  printLine(output, `\nloss in epochs 1 to ${losses.length}`);
  for (const line of chart) printLine(output, line);
}
