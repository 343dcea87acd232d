export { type Description, isSavedTraining } from "./description.ts";
export { Classifier, type LoadClassifierOptions, loadClassifier, ResumeError } from "./load.ts";
export { predictCsv, predictedColumns } from "./predict-csv.ts";
export {
  requireSavable,
  type SavedFormat,
  savedFormatOf,
  savedFormats,
  saveTraining,
  saveTrainingFile,
} from "./save.ts";
