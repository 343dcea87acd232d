import { fromHost, noGrad, sigmoid, type Tensor } from "@cresset/core/functions";
import type { Sequential } from "@cresset/nn";
import { Sum } from "../statistics.ts";
import { createLoss } from "./model.ts";
import type { LossName } from "./options.ts";

/** Rows that go through a network at a time where nothing is learned. */
const rowsAtOnce = 8192;

export interface Evaluation {
  /** The mean of the network's own loss. NaN without rows. */
  readonly loss: number;
  /** What the network takes for the probability of 1, of each row. */
  readonly probabilities: Float32Array;
}

/** A network's probabilities, and its loss, for rows that are on the host; some thousands go through it at a time. */
export async function evaluate(
  model: Sequential,
  loss: LossName,
  rows: { readonly length: number; readonly inputs: Float32Array; readonly labels: Float32Array },
  device?: string,
): Promise<Evaluation> {
  const probabilities = new Float32Array(rows.length);
  const total = new Sum();
  const lossFunction = createLoss(loss);
  for (const { from, to, outputs } of outputsOf(model, rows.inputs, rows.length, device)) {
    const labels = fromHost(rows.labels.slice(from, to), [to - from, 1], "float32", outputs.device);
    const mean = await noGrad(() => lossFunction(outputs, labels)).item();
    total.add(mean * (to - from));
    probabilities.set(await probabilitiesOf(outputs, loss), from);
  }
  return { loss: total.value / rows.length, probabilities };
}

/** A network's probabilities for rows that are on the host. */
export async function predict(
  model: Sequential,
  loss: LossName,
  inputs: Float32Array,
  length: number,
  device?: string,
): Promise<Float32Array> {
  const probabilities = new Float32Array(length);
  for (const { from, outputs } of outputsOf(model, inputs, length, device))
    probabilities.set(await probabilitiesOf(outputs, loss), from);
  return probabilities;
}

interface Outputs {
  readonly from: number;
  readonly to: number;
  /** `[to - from, 1]`. */
  readonly outputs: Tensor;
}

function* outputsOf(model: Sequential, inputs: Float32Array, length: number, device?: string): Generator<Outputs> {
  const width = length === 0 ? 0 : inputs.length / length;
  for (let from = 0; from < length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, length);
    const x = fromHost(inputs.slice(from * width, to * width), [to - from, width], "float32", device);
    const { training } = model;
    model.eval();
    try {
      yield { from, to, outputs: noGrad(() => model(x)) };
    } finally {
      model.train(training);
    }
  }
}

async function probabilitiesOf(outputs: Tensor, loss: LossName): Promise<Float32Array> {
  const probabilities = loss === "BCELoss" ? outputs : noGrad(() => sigmoid(outputs));
  return (await probabilities.data()) as Float32Array;
}
