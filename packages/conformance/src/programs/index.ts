import { seededTraining, seedProgram } from "./classifiers.ts";
import { mlpRegression, smallCnn } from "./networks.ts";
import type { TrainingProgram } from "./program.ts";
import { encoderLm, lstmClassifier } from "./sequences.ts";

/** Training programs by the names in the recorded cases. */
export const trainingPrograms: Readonly<Record<string, TrainingProgram | undefined>> = {
  seed_program: seedProgram,
  mlp_regression: mlpRegression,
  small_cnn: smallCnn,
  encoder_lm: encoderLm,
  lstm_classifier: lstmClassifier,
  seeded_training: seededTraining,
};
