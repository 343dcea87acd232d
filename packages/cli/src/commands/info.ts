import { type Classifier, inputNames, isSavedTraining, loadClassifier } from "@cresset/tabular";
import { type Contents, contentsOf } from "../contents.ts";
import { useDevice } from "../devices.ts";
import { reading, requireFile } from "../files.ts";
import { lossChart } from "../output/chart.ts";
import { aligned, decimal } from "../output/format.ts";
import { printLine, type Streams } from "../output/streams.ts";
import type { AddCommand } from "./command.ts";

export const infoCommand: AddCommand = (program, streams) => {
  program
    .command("info")
    .description("say what a file holds: network, columns and training where cresset train saved it, else tensors")
    .argument("<file>", "a file of safetensors (also an index), PyTorch (.pt, .pth), NumPy (.npy, .npz) or ONNX")
    .option("--json", "print JSON")
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      await requireFile(file);
      await useDevice("cpu");
      const contents = await reading(file, () => contentsOf(file));
      if (isSavedTraining(contents.values)) {
        const classifier = await reading(file, () => loadClassifier(file, { device: "cpu" }));
        if (json) printLine(streams.stdout, JSON.stringify(classifier.description));
        else describe(classifier, streams);
      } else if (json) printLine(streams.stdout, JSON.stringify(contents));
      else list(contents, streams);
    });
};

/** Metadata may be whole programs. */
const longestText = 100;

function list({ format, tensors, values }: Contents, { stdout }: Streams): void {
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  printLine(stdout, `${format}: ${counted(tensors.length, "tensor")}, ${counted(count, "number")}`);
  const rows = tensors.map(({ name, dtype, shape }) => [oneLine(name), dtype, `[${shape.join(", ")}]`]);
  if (rows.length > 0) for (const line of aligned(rows)) printLine(stdout, `  ${line}`);
  for (const [name, value] of Object.entries(values)) printLine(stdout, `  ${oneLine(name)}: ${oneLine(value)}`);
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** A file's text as it may be printed: what controls a terminal is left out. */
function oneLine(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, " ");
  return plain.length > longestText ? `${plain.slice(0, longestText)}…` : plain;
}

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
