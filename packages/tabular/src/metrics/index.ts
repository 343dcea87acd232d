export { type CalibrationBin, calibration } from "./calibration.ts";
export { accuracyOf, type ConfusionMatrix, confusionMatrix } from "./confusion.ts";
export { type Roc, roc } from "./roc.ts";
