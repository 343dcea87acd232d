export type { Description } from "./description.ts";
export { Classifier, type LoadClassifierOptions, loadClassifier, ResumeError } from "./load.ts";
export { predictCsv, predictedColumns } from "./predict-csv.ts";
export { saveTraining, saveTrainingFile } from "./save.ts";
