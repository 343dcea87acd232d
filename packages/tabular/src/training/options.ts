/** What is trained, and how. */
import { ValueError } from "@cresset/core/functions";
import { type ActivationName, activationNames } from "./model.ts";
import { type OptimizerName, optimizerNames } from "./optimizers.ts";

export type LossName = "BCELoss" | "BCEWithLogitsLoss";
export const lossNames: readonly LossName[] = ["BCELoss", "BCEWithLogitsLoss"];

/** A network: linear layers with an activation after each but the last, which gives one number. */
export interface ModelOptions {
  /** Widths of the hidden layers; default [100]. */
  readonly hidden: readonly number[];
  /** What follows each hidden layer; default "ELU". */
  readonly activation: ActivationName;
  /** Probability with which an activation is dropped in training; default 0: there is no dropout layer. */
  readonly dropout: number;
  /** "BCELoss" (default) of probabilities, with a sigmoid at the network's end; "BCEWithLogitsLoss" without one. */
  readonly loss: LossName;
}

export interface TrainingOptions extends ModelOptions {
  /** Default "Adam". */
  readonly optimizer: OptimizerName;
  /** Learning rate; default 1e-4. */
  readonly lr: number;
  /** Rows in a step; null (default): all of them. Mini-batches are shuffled anew in each epoch. */
  readonly batchSize: number | null;
  /** Seed of the random numbers: first of the split into training and test rows, then of weights, then of each epoch. Default 0. */
  readonly seed: number;
}

export const defaultTrainingOptions: TrainingOptions = {
  hidden: [100],
  activation: "ELU",
  dropout: 0,
  loss: "BCELoss",
  optimizer: "Adam",
  lr: 1e-4,
  batchSize: null,
  seed: 0,
};

/** Options with defaults for what is not given. @throws ValueError for values out of range. */
export function trainingOptions(given: Partial<TrainingOptions> = {}): TrainingOptions {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const options: TrainingOptions = { ...defaultTrainingOptions, ...present };
  const { hidden, activation, dropout, loss, optimizer, lr, batchSize, seed } = options;
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  if (!hidden.every((width) => whole(width, 1)))
    throw new ValueError(`widths of hidden layers are whole numbers from 1, not ${hidden.join(", ")}`);
  requireOneOf("activation", activation, activationNames);
  requireOneOf("loss", loss, lossNames);
  requireOneOf("optimizer", optimizer, optimizerNames);
  if (!(dropout >= 0 && dropout < 1)) throw new ValueError(`dropout is from 0 to below 1, not ${dropout}`);
  if (!(lr > 0 && lr < Number.POSITIVE_INFINITY)) throw new ValueError(`the learning rate is above 0, not ${lr}`);
  if (batchSize !== null && !whole(batchSize, 1))
    throw new ValueError(`the batch size is a whole number from 1, or null for all rows, not ${batchSize}`);
  if (!Number.isSafeInteger(seed)) throw new ValueError(`the seed is a whole number, not ${seed}`);
  return options;
}

function requireOneOf(what: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) throw new ValueError(`there is no ${what} "${name}"; there are ${names.join(", ")}`);
}
