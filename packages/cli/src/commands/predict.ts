import { once } from "node:events";
import { writeAtomically } from "@cresset/io";
import { loadClassifier, predictCsv } from "@cresset/tabular";
import { type DeviceName, devices, useDevice } from "../devices.ts";
import { openTable, reading, requireFile, requireWritable } from "../files.ts";
import { oneOf } from "../options.ts";
import type { Output } from "../output/streams.ts";
import type { AddCommand } from "./command.ts";

interface PredictOptions {
  readonly out?: string;
  readonly device: DeviceName;
  readonly delimiter?: string;
}

export const predictCommand: AddCommand = (program, { stdout }) => {
  program
    .command("predict")
    .description("add what a network predicts to a table: the probability of 1, and 1 or 0")
    .argument("<model>", "a file that cresset train saved")
    .argument("<table>", "a CSV, Parquet, Arrow or Feather file with the columns that it learned from, in any order")
    .option("-o, --out <file>", "where to write the table, as CSV; default: standard output")
    .option("--device <name>", `where to compute: ${devices.join(", ")}`, oneOf(devices), "wasm")
    .option("--delimiter <text>", "what stands between cells; default: told from the first lines")
    .action(async (model: string, table: string, { out, device, delimiter }: PredictOptions) => {
      await Promise.all([
        requireFile(model),
        requireFile(table),
        ...(out === undefined ? [] : [requireWritable(out, model, table)]),
      ]);
      await useDevice(device);
      const classifier = await reading(model, () => loadClassifier(model, { device }));
      const source = await reading(table, () => openTable(table));
      const text = predictCsv(classifier, source, delimiter === undefined ? {} : { delimiter });
      await reading(table, () => (out === undefined ? writeAll(stdout, text) : writeAtomically(out, encoded(text))));
    });
};

async function writeAll(output: Output, texts: AsyncIterable<string>): Promise<void> {
  for await (const text of texts) if (!output.write(text)) await once(output, "drain");
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}
