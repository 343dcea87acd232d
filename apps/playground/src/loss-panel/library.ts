/**
 * What the library itself computes, in float32, for the panel's figures. On the device `cpu`: it is small, read at once, and has the
 * same numbers as the others.
 */
import { cpu } from "@cresset/backend-cpu";
import { deviceNames, registerBackendSync, sigmoid, sum, type Tensor, tensor } from "@cresset/core/functions";
import { functional } from "@cresset/nn";

/** A loss for each input, and the slope of each with regard to that input. */
export interface Losses {
  readonly losses: readonly number[];
  readonly slopes: readonly number[];
}

type LossFunction = (input: Tensor, target: Tensor) => Tensor;

function float32(values: readonly number[], requiresGrad = false): Tensor {
  if (!deviceNames().includes("cpu")) registerBackendSync(cpu());
  return tensor(values, { device: "cpu", dtype: "float32", requiresGrad });
}

function numbers(of: Tensor): number[] {
  return Array.from(of.dataSync(), Number);
}

/** Of each input by itself; `backward` of the sum gives each its own slope. */
function eachLoss(loss: LossFunction, inputs: readonly number[], targets: readonly number[]): Losses {
  const input = float32(inputs, true);
  const losses = loss(input, float32(targets));
  sum(losses).backward();
  if (!input.grad) throw new Error("the loss has no gradient");
  return { losses: numbers(losses), slopes: numbers(input.grad) };
}

const bce: LossFunction = (input, target) => functional.binaryCrossEntropy(input, target, { reduction: "none" });
const bceOfSigmoid: LossFunction = (input, target) => bce(sigmoid(input), target);
const withLogits: LossFunction = (input, target) =>
  functional.binaryCrossEntropyWithLogits(input, target, { reduction: "none" });

const same = (values: readonly number[], y: number): number[] => values.map(() => y);

/** BCELoss of each probability against the label y, and its slope dL/dp. */
export function bceOfProbabilities(probabilities: readonly number[], y: number): Losses {
  return eachLoss(bce, probabilities, same(probabilities, y));
}

/** A grid of logits, the probabilities that their sigmoids are, and both losses with their slopes dL/dz. */
export interface LossesOfLogits {
  readonly probabilities: readonly number[];
  readonly bce: Losses;
  readonly withLogits: Losses;
}

/** `BCELoss(sigmoid(z), y)` and `BCEWithLogitsLoss(z, y)` for each logit z. */
export function bothLosses(logits: readonly number[], y: number): LossesOfLogits {
  const targets = same(logits, y);
  return {
    probabilities: numbers(sigmoid(float32(logits))),
    bce: eachLoss(bceOfSigmoid, logits, targets),
    withLogits: eachLoss(withLogits, logits, targets),
  };
}

/** The binary classifier's loss for a few rows: every step on the way, as the library has it. */
export interface Steps {
  readonly probabilities: readonly number[];
  /** Each row's own loss: `BCELoss({ reduction: "none" })`. */
  readonly losses: readonly number[];
  /** `BCELoss()`, which is their mean: what `loss.item()` gives. */
  readonly mean: number;
  /** The mean's gradient at each input. */
  readonly gradient: readonly number[];
  /** `BCEWithLogitsLoss()` of the same inputs. */
  readonly meanWithLogits: number;
}

/** Sigmoid, BCELoss and `backward()` of some inputs with their targets. */
export function steps(inputs: readonly number[], targets: readonly number[]): Steps {
  const input = float32(inputs, true);
  const target = float32(targets);
  const output = functional.binaryCrossEntropy(sigmoid(input), target);
  output.backward();
  if (!input.grad) throw new Error("the loss has no gradient");
  return {
    probabilities: numbers(sigmoid(input)),
    losses: numbers(bceOfSigmoid(input, target)),
    mean: output.itemSync(),
    gradient: numbers(input.grad),
    meanWithLogits: functional.binaryCrossEntropyWithLogits(input, target).itemSync(),
  };
}

/** What BCELoss answers to numbers that are not probabilities: its error's words. */
export function refusal(inputs: readonly number[], targets: readonly number[]): string {
  try {
    return `BCELoss took them, and gave ${functional.binaryCrossEntropy(float32(inputs), float32(targets)).itemSync()}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
