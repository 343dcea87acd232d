import { type Classifier, inputNames, loadClassifier } from "@cresset/tabular";
import { useDevice } from "../devices.ts";
import { reading, requireFile } from "../files.ts";
import { lossChart } from "../output/chart.ts";
import { decimal } from "../output/format.ts";
import { printLine, type Streams } from "../output/streams.ts";
import type { AddCommand } from "./command.ts";

export const infoCommand: AddCommand = (program, streams) => {
  program
    .command("info")
    .description("say what a saved file holds: network, columns, training")
    .argument("<file>", "a file that cresset train saved")
    .option("--json", "print JSON")
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      await requireFile(file);
      await useDevice("cpu");
      const classifier = await reading(file, () => loadClassifier(file, { device: "cpu" }));
      if (json) printLine(streams.stdout, JSON.stringify(classifier.description));
      else describe(classifier, streams);
    });
};

function describe({ model, preparation, options, losses, description }: Classifier, { stdout }: Streams): void {
  const { target, scale, missing, columns } = preparation;
  const { train, test } = description.data;
  const parameters = [...model.parameters()].reduce((sum, { shape }) => sum + shape.reduce((n, d) => n * d, 1), 0);
  const print = (line?: string): void => printLine(stdout, line);
  print(String(model));
  print(`${parameters} parameters, ${inputNames(preparation).length} inputs; learns "${target}" with ${options.loss}`);
  print(
    `${losses.length} epochs of ${train} rows, ${options.batchSize ?? "all"} at a time, with ${options.optimizer}, learning rate ${options.lr}, seed ${options.seed}; ${test} rows put aside`,
  );
  print(`columns (scale ${scale}, missing values ${missing === "refuse" ? "refused" : `filled by the ${missing}`}):`);
  for (const { name, sentinels, fill, indicator, mean, std } of columns) {
    const notes = [
      ...(scale === "standard" ? [`mean ${mean.toPrecision(6)}`, `std ${std.toPrecision(6)}`] : []),
      ...(sentinels.length > 0 ? [`${sentinels.join(", ")} count as missing`] : []),
      ...(fill === null ? [] : [`filled with ${fill.toPrecision(6)}`]),
      ...(indicator ? ["with indicator"] : []),
    ];
    print(`  ${name}${notes.length > 0 ? `: ${notes.join(", ")}` : ""}`);
  }
  if (losses.length === 0) return;
  print(`\nloss in epochs 1 to ${losses.length}; the last is ${decimal(losses.at(-1) ?? Number.NaN)}`);
  for (const line of lossChart(losses, stdout.columns)) print(line);
}
