import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { fromHost, registerBackend, setDefaultDevice } from "@cresset/core/functions";
import { FormatError, safetensors } from "@cresset/io";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTable, readTable } from "../table/index.ts";
import { tableText } from "../testing/table.ts";
import { optimizerNames, prepareData, Training, type TrainingOptions } from "../training/index.ts";
import { type Classifier, loadClassifier, ResumeError } from "./load.ts";
import { predictCsv } from "./predict-csv.ts";
import { savedFormats, saveTraining, saveTrainingFile } from "./save.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-tabular-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
  setDefaultDevice("wasm");
});

const table = await readTable(tableText(100));
const preparation = { target: "label", missing: "median", sentinels: "missing", indicators: true, seed: 5 } as const;
const data = prepareData(table, preparation);

async function run(training: Training, epochs: number): Promise<Training> {
  while (training.epoch < epochs) await training.step();
  return training;
}

async function weights(training: Training): Promise<unknown> {
  return Promise.all(Object.values(training.model.stateDict()).map((x) => x.data()));
}

const random: Partial<TrainingOptions> = { hidden: [6, 3], activation: "Tanh", dropout: 0.1, batchSize: 16, lr: 1e-2 };

describe.each(savedFormats)(
  "k epochs, a file (%s), and the rest are as good as all in one go, to the bit",
  (format) => {
    test.each(optimizerNames)("%s", async (optimizer) => {
      const options = { ...random, optimizer };
      const whole = await run(Training.create(data, options), 4);
      const begun = await run(Training.create(data, options), 2);
      const bytes = await saveTraining(begun, format);
      // What follows must not reach the file.
      await begun.step();
      const resumed = await run(await (await loadClassifier(bytes)).resume(prepareData(table, preparation)), 4);
      expect(resumed.losses).toEqual(whole.losses);
      expect(await weights(resumed)).toEqual(await weights(whole));
      expect(resumed.generatorState).toEqual(whole.generatorState);
    });

    test("all rows at once, without a step before", async () => {
      const whole = await run(Training.create(data, { hidden: [] }), 3);
      const begun = await loadClassifier(await saveTraining(Training.create(data, { hidden: [] }), format));
      expect((await run(await begun.resume(data), 3)).losses).toEqual(whole.losses);
    });
  },
);

test("a file brings everything back, on any device", async () => {
  const training = await run(Training.create(data, random), 2);
  const file = join(folder, "model.safetensors");
  await saveTrainingFile(training, file);
  expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  const classifier = await loadClassifier(file, { device: "cpu" });
  expect(classifier.device).toBe("cpu");
  expect(classifier.options).toEqual(training.options);
  expect(classifier.preparation).toEqual(data.preparation);
  expect(classifier.losses).toEqual(training.losses);
  expect(classifier.preparation.columns.map(({ sentinels }) => sentinels)).toEqual([[], [], [-99], [], []]);
  const predicted = await classifier.predict(table);
  const { probabilities } = await training.evaluate("test");
  for (const [i, row] of Array.from(data.rows.test).entries()) expect(predicted[row]).toBeCloseTo(probabilities[i], 6);
  // Anybody can take the weights out.
  const names = Object.keys(safetensors.load(readFileSync(file)));
  expect(names).toEqual(expect.arrayContaining(["0.weight", "0.bias", "optimizer.0.exp_avg", "generator"]));
});

test("columns are found by name", async () => {
  const classifier = await loadClassifier(await saveTraining(await run(Training.create(data, random), 1)));
  const swapped = { ...table, columns: [...table.columns].reverse().filter(({ name }) => name !== "label") };
  expect(await classifier.predict(swapped)).toEqual(await classifier.predict(table));
  await expect(classifier.predict({ ...table, columns: table.columns.slice(1) })).rejects.toThrow('no column "a"');
});

test("losses that are no numbers survive", async () => {
  const training = Training.create(data, { loss: "BCEWithLogitsLoss" });
  training.losses.push(Number.NaN, Number.POSITIVE_INFINITY, 0.1);
  expect((await loadClassifier(await saveTraining(training))).losses).toEqual(training.losses);
});

test.each([
  ["another table", () => prepareData({ ...table, columns: [...table.columns].reverse() }, preparation)],
  ["another split", () => prepareData(table, { ...preparation, testSplit: 0.5 })],
  ["another seed", () => prepareData(table, { ...preparation, seed: 6 })],
  ["another scale", () => prepareData(table, { ...preparation, scale: "none" })],
])("%s does not go on with a training", async (_, other) => {
  const saved = await loadClassifier(await saveTraining(Training.create(data, random)));
  await expect(saved.resume(other())).rejects.toThrow(ResumeError);
});

describe("refuses", () => {
  type Change = (tensors: Record<string, ReturnType<typeof fromHost>>, description: Record<string, unknown>) => void;
  const cases: [string, string, Change][] = [
    ["missing weights", 'the weights "0.bias" are missing', (tensors) => delete tensors["0.bias"]],
    [
      "weights of another shape",
      'the weights "0.weight" are F32 [1] and should be F32 [6, 7]',
      (tensors) => Object.assign(tensors, { "0.weight": fromHost(new Float32Array(1), [1], "float32") }),
    ],
    [
      "a network that the weights are not of",
      "and should be F32 [1000000000, 7]",
      (_, description) => Object.assign(description.options as object, { hidden: [1e9, 3] }),
    ],
    [
      "tensors that mean nothing",
      'the tensor "extra", F32 [1], does not belong there',
      (tensors) => Object.assign(tensors, { extra: fromHost(new Float32Array(1), [1], "float32") }),
    ],
    [
      "state of another shape",
      'the tensor "optimizer.0.exp_avg", F32 [1], does not belong there',
      (tensors) => Object.assign(tensors, { "optimizer.0.exp_avg": fromHost(new Float32Array(1), [1], "float32") }),
    ],
    ["no random numbers", "the state of the random numbers is missing", (tensors) => delete tensors.generator],
    [
      "options out of range",
      "dropout is from 0 to below 1, not 7",
      (_, description) => Object.assign(description.options as object, { dropout: 7 }),
    ],
    [
      "an unknown loss",
      "cresset.classifier.options.loss is not one of BCELoss, BCEWithLogitsLoss",
      (_, description) => Object.assign(description.options as object, { loss: "L1" }),
    ],
    ["a version to come", "the file has version 2", (_, description) => Object.assign(description, { version: 2 })],
    [
      "no columns",
      "cresset.classifier.preparation.columns is not a list",
      (_, description) => Object.assign(description.preparation as object, { columns: null }),
    ],
  ];
  test.each(cases)("%s", async (_, message, change) => {
    const bytes = await saveTraining(await run(Training.create(data, random), 1));
    const file = await safetensors.safeOpen(bytes);
    const tensors = await file.getTensors();
    const description = JSON.parse(file.metadata()["cresset.classifier"]);
    change(tensors, description);
    const changed = await safetensors.save(tensors, {
      metadata: { "cresset.classifier": JSON.stringify(description) },
    });
    const error = await loadClassifier(changed).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain(message);
  });

  test("other weights", async () => {
    const bytes = await safetensors.save({ w: fromHost(new Float32Array(1), [1], "float32") });
    await expect(loadClassifier(bytes)).rejects.toThrow("not saved by @cresset/tabular");
  });
});

describe("predictions as CSV", () => {
  const rows = 'note,same,age,rate,b,a\n"x, y",0.1,33,0.5,1,2\n\n"",0.1,,-99,2,1\n';
  const text = async (classifier: Classifier, csv: string): Promise<string> => {
    let all = "";
    for await (const part of predictCsv(classifier, csv)) all += part;
    return all;
  };

  test("are the table with two more columns", async () => {
    const classifier = await loadClassifier(await saveTraining(await run(Training.create(data, random), 1)));
    const [p, q] = await classifier.predict(
      createTable({ a: [2, 1], b: [1, 2], rate: [0.5, -99], age: [33, Number.NaN], same: [0.1, 0.1] }),
    );
    expect(await text(classifier, rows)).toBe(
      `note,same,age,rate,b,a,probability,predicted\n"x, y",0.1,33,0.5,1,2,${p},${p > 0.5 ? 1 : 0}\n,0.1,,-99,2,1,${q},${q > 0.5 ? 1 : 0}\n`,
    );
  });

  test("errors name the line", async () => {
    const classifier = await loadClassifier(await saveTraining(Training.create(data, random)));
    await expect(text(classifier, rows.replace("0.1,,", "x,,"))).rejects.toThrow('line 4, column "same": "x" is not a');
    await expect(text(classifier, rows.replace("rate", "other"))).rejects.toThrow('no column "rate"');
    await expect(text(classifier, rows.replace("note", "probability"))).rejects.toThrow("of this name already");
    const complete = prepareData(table, { target: "label", features: ["a"] });
    const strict = await loadClassifier(await saveTraining(Training.create(complete, random)));
    await expect(text(strict, "a\n1\nNA\n")).rejects.toThrow('line 3, column "a": there is no value; in training');
  });
});
