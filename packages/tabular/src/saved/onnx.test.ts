/** ONNX files, run by another engine. */
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { registerBackend } from "@cresset/core/functions";
import { open } from "@cresset/io/onnx";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { createTable, readTable, type Table } from "../table/index.ts";
import { tableText } from "../testing/table.ts";
import { activationNames, prepareData, Training, type TrainingOptions } from "../training/index.ts";
import { loadClassifier } from "./load.ts";
import { requireSavable, saveTraining } from "./save.ts";

beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
});

const table = await readTable(tableText(100));
const filled = { target: "label", missing: "median", sentinels: "missing", indicators: true, seed: 5 } as const;

async function saved(options: Partial<TrainingOptions>, data = prepareData(table, filled)): Promise<Uint8Array> {
  const training = Training.create(data, { hidden: [6, 3], lr: 1e-2, ...options }, "cpu");
  for (let i = 0; i < 3; i++) await training.step();
  return saveTraining(training, "onnx");
}

/** What an engine makes of a table, its columns by name. */
async function probabilitiesOf(bytes: Uint8Array, { columns, length }: Table): Promise<number[]> {
  const session = await ort.InferenceSession.create(bytes);
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of session.inputNames) {
    const column = columns.find((one) => one.name === name);
    if (column === undefined) throw new Error(`no column ${name}`);
    feeds[name] = new ort.Tensor(
      "float64",
      Float64Array.from({ length }, (_, i) => column.values.at(i)),
      [length],
    );
  }
  const { probability } = await session.run(feeds);
  expect([probability.type, probability.dims]).toEqual(["float32", [length]]);
  return Array.from(probability.data as Float32Array);
}

async function expectSame(bytes: Uint8Array, rows: Table): Promise<void> {
  const expected = await (await loadClassifier(bytes, { device: "cpu" })).predict(rows);
  const got = await probabilitiesOf(bytes, rows);
  for (const [i, p] of expected.entries()) expect(got[i]).toBeCloseTo(p, 6);
}

describe("another engine gives the same probabilities, from the table as it is", () => {
  test.each(activationNames)("%s, with gaps, numbers that stand for them, and indicators", async (activation) => {
    const bytes = await saved({ activation, dropout: 0.2 });
    await expectSame(bytes, table);
    await expectSame(bytes, createTable({ b: [1], a: [2], same: [0.1], rate: [-99], age: [Number.NaN] }));
  });

  test("without a sigmoid at the network's end, and columns as they are", async () => {
    const data = prepareData(table, { ...filled, scale: "none", sentinels: "keep", indicators: false });
    await expectSame(await saved({ loss: "BCEWithLogitsLoss" }, data), table);
  });

  test("a row with a gap where none may be has none", async () => {
    const data = prepareData(table, { target: "label", features: ["a", "b"], seed: 5 });
    // Of NaN, engines may make 0 where they compute relu.
    const bytes = await saved({ activation: "ReLU" }, data);
    const rows = createTable({ a: [1, Number.NaN, 2, 1], b: [2, 1, Number.POSITIVE_INFINITY, 1e300] });
    const got = await probabilitiesOf(bytes, rows);
    expect(got.map(Number.isNaN)).toEqual([false, true, true, true]);
  });
});

test("a device without float64 leaves the preparation to one that has it", async () => {
  const backend = cpu();
  await registerBackend(
    Object.create(backend, {
      name: { value: "narrow" },
      dtypes: { value: new Set([...backend.dtypes].filter((dtype) => dtype !== "float64")) },
    }),
  );
  const data = prepareData(table, filled);
  const saves = ["narrow", "cpu"].map((device) => saveTraining(Training.create(data, { hidden: [6] }, device), "onnx"));
  const [there, here] = await Promise.all(saves);
  expect(there).toEqual(here);
});

test("the file says what it takes and gives, and holds no more weights than the network", async () => {
  const bytes = await saved({});
  const file = await open(bytes);
  expect(file.inputs).toEqual(
    ["a", "b", "rate", "age", "same"].map((name) => ({ name, shape: ["rows"], dtype: "float64" })),
  );
  expect(file.outputs).toEqual(["probability"]);
  const weights = [...file.tensors].filter(([name, { training }]) => !training && /weight|bias/.test(name));
  expect(weights.map(([name]) => name)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]);
  // The network, and what is done to the table before it.
  expect(file.operators.get("Gemm")).toBe(3);
  expect([...file.operators.values()].reduce((a, b) => a + b)).toBeLessThan(40);
});

test.each([
  ["probability", '"probability" is also the name of what the graph gives'],
  ["0.weight", '"0.weight" is also the name of a weight'],
  ["", "a column has no name"],
])('a column called "%s" is refused', async (name, message) => {
  const columns = table.columns.map((column) => (column.name === "a" ? { ...column, name } : column));
  const data = prepareData({ ...table, columns }, filled);
  await expect(saved({}, data)).rejects.toThrow(message);
  expect(() => requireSavable(Training.create(data, {}, "cpu"), "onnx")).toThrow(message);
  expect(() => requireSavable(Training.create(data, {}, "cpu"), "safetensors")).not.toThrow();
});
