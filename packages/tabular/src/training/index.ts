export { type PrepareDataOptions, prepareData, type Rows, type TrainingData } from "./data.ts";
export { type ActivationName, activationNames, createLoss, createModel } from "./model.ts";
export { createOptimizer, type OptimizerName, optimizerNames } from "./optimizers.ts";
export {
  defaultTrainingOptions,
  type LossName,
  lossNames,
  type ModelOptions,
  type TrainingOptions,
  trainingOptions,
} from "./options.ts";
export { type Evaluation, evaluate, predict } from "./predict.ts";
export { DivergedError, type EpochReport, Training } from "./training.ts";
