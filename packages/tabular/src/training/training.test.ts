import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { defaultGenerator, manualSeed, registerBackend, setDefaultDevice } from "@cresset/core/functions";
import { beforeAll, expect, test } from "vitest";
import { roc } from "../metrics/index.ts";
import { readTable } from "../table/index.ts";
import { tableText } from "../testing/table.ts";
import { prepareData } from "./data.ts";
import type { TrainingOptions } from "./options.ts";
import { DivergedError, Training } from "./training.ts";

beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
  setDefaultDevice("wasm");
});

const table = await readTable(tableText(120));
const data = prepareData(table, { target: "label", missing: "mean", seed: 3 });
const small: Partial<TrainingOptions> = { hidden: [8], lr: 1e-2 };

async function losses(training: Training, epochs: number): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < epochs; i++) all.push((await training.step()).loss);
  return all;
}

test("a table is split and prepared", () => {
  expect([data.train.length, data.test.length, data.width]).toEqual([96, 24, 5]);
  expect(data.train.inputs.length).toBe(96 * 5);
});

test("learns, and evaluates without learning", async () => {
  const training = Training.create(data, { ...small, lr: 0.05 });
  const [first] = await losses(training, 1);
  const before = await training.evaluate("train");
  await losses(training, 99);
  const after = await training.evaluate("train");
  expect(first).toBeCloseTo(0.69, 1);
  expect(before.loss).toBeLessThan(first);
  expect(after.loss).toBeLessThan(0.4);
  expect(roc(after.probabilities, data.train.labels).auc).toBeGreaterThan(0.9);
  expect(training.epoch).toBe(100);
  expect(training.losses).toHaveLength(100);
});

test("predicts for other tables while it trains", async () => {
  const training = Training.create(data, small);
  await training.step();
  const { probabilities } = await training.evaluate("test");
  const predicted = await training.predict(table);
  expect(Array.from(data.rows.test, (row) => predicted[row])).toEqual([...probabilities]);
  expect(training.epoch).toBe(1);
});

test("BCELoss and BCEWithLogitsLoss follow one curve, and give probabilities alike", async () => {
  const probabilities = Training.create(data, small);
  const logits = Training.create(data, { ...small, loss: "BCEWithLogitsLoss" });
  const [a, b] = [await losses(probabilities, 10), await losses(logits, 10)];
  for (const [i, loss] of a.entries()) expect(b[i]).toBeCloseTo(loss, 5);
  const [p, q] = [await probabilities.evaluate("test"), await logits.evaluate("test")];
  expect(q.loss).toBeCloseTo(p.loss, 5);
  for (const [i, probability] of p.probabilities.entries()) expect(q.probabilities[i]).toBeCloseTo(probability, 5);
});

const random: Partial<TrainingOptions> = { ...small, batchSize: 32, dropout: 0.2 };

test("its random numbers are its own", async () => {
  const alone = await losses(Training.create(data, random), 4);
  const [one, other] = [Training.create(data, random), Training.create(data, random)];
  manualSeed(7);
  const outside = defaultGenerator.getState();
  const mixed: number[] = [];
  for (let i = 0; i < 4; i++) {
    mixed.push((await one.step()).loss);
    await other.step();
  }
  expect(mixed).toEqual(alone);
  expect(other.losses).toEqual(alone);
  expect(defaultGenerator.getState()).toEqual(outside);
});

test("moves to another device in the middle", async () => {
  const stayed = await losses(Training.create(data, random), 6);
  const moving = Training.create(data, random);
  // Nothing is awaited: calls wait for those before them.
  const steps = [moving.step(), moving.step()];
  const moved = moving.moveTo("cpu");
  steps.push(moving.step(), moving.step());
  const back = moving.moveTo("wasm");
  steps.push(moving.step(), moving.step());
  await Promise.all([moved, back]);
  const reports = await Promise.all(steps);
  expect(reports.map(({ device }) => device)).toEqual(["wasm", "wasm", "cpu", "cpu", "wasm", "wasm"]);
  for (const [i, { loss }] of reports.entries()) expect(loss).toBeCloseTo(stayed[i], 5);
});

test.each(["BCELoss", "BCEWithLogitsLoss"] as const)(
  "says when the weights have grown beyond all numbers: %s",
  async (loss) => {
    const training = Training.create(data, { loss, optimizer: "SGD", lr: 1e20, hidden: [8, 8, 8] });
    await expect(losses(training, 9)).rejects.toThrow(DivergedError);
    expect(training.losses.every(Number.isFinite)).toBe(true);
  },
);

test("a call that fails does not stop those after it", async () => {
  const training = Training.create(data, small);
  await expect(training.moveTo("nowhere")).rejects.toThrow("nowhere");
  expect(training.device).toBe("wasm");
  await training.step();
  expect(training.epoch).toBe(1);
});

test.each([
  [{ hidden: [0] }, "widths of hidden layers"],
  [{ activation: "Elu" as "ELU" }, 'there is no activation "Elu"; there are ELU, ReLU'],
  [{ optimizer: "adam" as "Adam" }, 'there is no optimizer "adam"'],
  [{ loss: "MSELoss" as "BCELoss" }, 'there is no loss "MSELoss"'],
  [{ lr: 0 }, "the learning rate is above 0, not 0"],
  [{ dropout: 1 }, "dropout is from 0 to below 1, not 1"],
  [{ batchSize: 0 }, "the batch size is a whole number from 1"],
  [{ seed: 4 }, "the seed is 4, but the data was split with 3"],
])("refuses %j", (options, message) => {
  expect(() => Training.create(data, options)).toThrow(message);
});
