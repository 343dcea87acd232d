/** The receiver operating characteristic: what a threshold finds, against what it takes for one wrongly. */
export interface Roc {
  /** For each point, the probability from which a row counts as 1. The first is infinite: no row does. */
  readonly thresholds: readonly number[];
  /** Which part of the rows labelled 0 counts as 1. */
  readonly falsePositiveRate: readonly number[];
  /** Which part of the rows labelled 1 counts as 1. */
  readonly truePositiveRate: readonly number[];
  /** The area below: how probably a row labelled 1 has more than one labelled 0, ties counted half. NaN with one class only. */
  readonly auc: number;
}

/**
 * The curve through every threshold at which something changes; rows with one probability change at once. The area is the
 * statistic of Mann and Whitney (1947) over the number of pairs: exact, ties counted half.
 */
export function roc(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Roc {
  const order = Uint32Array.from({ length: labels.length }, (_, i) => i).sort(
    (a, b) => probabilities[b] - probabilities[a],
  );
  let ones = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) ones++;
  const zeros = labels.length - ones;
  const thresholds = [Number.POSITIVE_INFINITY];
  const falsePositiveRate = [0];
  const truePositiveRate = [0];
  let [falsePositives, truePositives, pairs] = [0, 0, 0];
  for (let at = 0; at < order.length; ) {
    const threshold = probabilities[order[at]];
    let [newZeros, newOnes] = [0, 0];
    for (; at < order.length && probabilities[order[at]] === threshold; at++) {
      if (labels[order[at]] === 1) newOnes++;
      else newZeros++;
    }
    // Each of these zeros is below all ones found so far, and level with those of its own probability.
    pairs += newZeros * (truePositives + newOnes / 2);
    falsePositives += newZeros;
    truePositives += newOnes;
    thresholds.push(threshold);
    falsePositiveRate.push(falsePositives / zeros);
    truePositiveRate.push(truePositives / ones);
  }
  return { thresholds, falsePositiveRate, truePositiveRate, auc: pairs / (ones * zeros) };
}
