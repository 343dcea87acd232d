/** Counts of rows by what they are and what they are taken for. */
export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Rows count as 1 above the threshold; default 0.5. */
export function confusionMatrix(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold = 0.5,
): ConfusionMatrix {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++)
    counts[2 * (labels[i] === 1 ? 1 : 0) + (probabilities[i] > threshold ? 1 : 0)]++;
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts;
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** Which part of the rows is taken for what it is. NaN without rows. */
export function accuracyOf({ truePositives, falsePositives, trueNegatives, falseNegatives }: ConfusionMatrix): number {
  const right = truePositives + trueNegatives;
  return right / (right + falsePositives + falseNegatives);
}
