import { logSoftmax } from "@cresset/core/functions";
import { functional as F } from "@cresset/nn";
import type { Operator, Operators } from "../call.ts";

/** Losses of classes: of log-probabilities, or of scores, [N, C, …] with targets [N, …]. */
const classLoss =
  (ofScores: boolean): Operator =>
  (call) => {
    const scores = call.tensor(0);
    const target = call.tensor(1).to("int64");
    const given = call.string("reduction", "mean");
    if (given !== "mean" && given !== "sum" && given !== "none") throw call.error(`reduction "${given}"`);
    const ignoreIndex = call.int("ignore_index");
    const logProbabilities = ofScores ? logSoftmax(scores, 1) : scores;
    const loss = F.nllLoss(logProbabilities, target, {
      weight: call.optional(2),
      reduction: given,
      ...(ignoreIndex === undefined ? {} : { ignoreIndex }),
    });
    return ofScores && call.node.output.length > 1 ? [loss, logProbabilities] : loss;
  };

export const losses: Operators = {
  SoftmaxCrossEntropyLoss: classLoss(true),
  NegativeLogLikelihoodLoss: classLoss(false),
};
