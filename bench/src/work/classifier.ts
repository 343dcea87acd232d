import type { Inputs } from "../contender.ts";
import { uniform } from "../inputs.ts";
import type { Work } from "./work.ts";

/** As the first user chose it. */
export const rate = 1e-4;
export const losses = 20;

const features = 20;
const hidden = 100;

/** Rows with a label that a linear model can learn, and weights as PyTorch's initialisation bounds them. */
export function classifierInputs(rows: number): Inputs {
  const x = uniform([rows, features], 1, -2, 2);
  const y = { shape: [rows, 1], data: new Float32Array(rows) };
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < features; i++) sum += x.data[row * features + i] * (i % 3 === 0 ? 1 : -0.5);
    y.data[row] = sum > 0 ? 1 : 0;
  }
  const first = 1 / Math.sqrt(features);
  const second = 1 / Math.sqrt(hidden);
  return {
    x,
    y,
    "0.weight": uniform([hidden, features], 2, -first, first),
    "0.bias": uniform([hidden], 3, -first, first),
    "2.weight": uniform([1, hidden], 4, -second, second),
    "2.bias": uniform([1], 5, -second, second),
  };
}

/** Much code takes part in a training step: optimising compilers are busy with it for about two seconds. */
export const trainingWarmUp = 2;

function step(rows: number): Work {
  return {
    name: `classifier-${rows}`,
    task: { kind: "train", network: "classifier", rate, losses },
    inputs: () => classifierInputs(rows),
    warmUpSeconds: trainingWarmUp,
  };
}

function forward(rows: number): Work {
  return {
    name: `classifier-forward-${rows}`,
    task: { kind: "predict", network: "classifier" },
    inputs: () => classifierInputs(rows),
  };
}

/** X[rows, 20] → Linear 100 → ELU → Linear 1 → Sigmoid: a whole training step, and the prediction alone. */
export const classifier: readonly Work[] = [step(1000), step(32), forward(1000), forward(32)];
