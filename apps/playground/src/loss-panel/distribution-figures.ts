import { crossEntropy, divergence, entropy, logit, slopeAtLogit, slopeAtProbability } from "./cross-entropy.ts";
import { fixed } from "./figures.ts";

/** What one class adds to the cross-entropy: the label's mass, the prediction's, −log of that, and the product. */
export interface ClassTerm {
  readonly name: string;
  readonly label: number;
  readonly prediction: number;
  readonly surprise: number;
  readonly product: number;
}

/** The two classes of a label y and a prediction p. */
export function classTerms(y: number, p: number): readonly [ClassTerm, ClassTerm] {
  const term = (name: string, label: number, prediction: number): ClassTerm => ({
    name,
    label,
    prediction,
    surprise: 0 - Math.log(prediction),
    product: label === 0 ? 0 : 0 - label * Math.log(prediction),
  });
  return [term("class 0", 1 - y, 1 - p), term("class 1", y, p)];
}

export interface DistributionFigures {
  /** What the formula comes to with the numbers filled in, up to the result: `1.00 × 1.6094 + 0.00 × 0.2231`. */
  readonly filledIn: string;
  readonly crossEntropy: string;
  readonly entropy: string;
  readonly divergence: string;
}

export function distributionFigures(y: number, p: number): DistributionFigures {
  const terms = classTerms(y, p).map(({ label, surprise }) => `${fixed(label, 2)} × ${fixed(surprise)}`);
  return {
    filledIn: terms.join(" + "),
    crossEntropy: fixed(crossEntropy(y, p)),
    entropy: fixed(entropy(y)),
    divergence: fixed(divergence(y, p)),
  };
}

/** The slopes of the loss at p and at the logit, with the numbers filled in. */
export interface SlopeFigures {
  readonly atProbability: string;
  readonly filledInAtProbability: string;
  readonly logit: string;
  readonly atLogit: string;
  readonly filledInAtLogit: string;
}

export function slopeFigures(y: number, p: number): SlopeFigures {
  const [shownY, shownP, rest] = [y, p, 1 - p].map((value) => fixed(value, 2));
  const z = logit(p);
  return {
    filledInAtProbability: `(${shownP} − ${shownY}) / (${shownP} × ${rest})`,
    atProbability: fixed(slopeAtProbability(y, p)),
    logit: fixed(z),
    filledInAtLogit: `${shownP} − ${shownY}`,
    atLogit: fixed(slopeAtLogit(y, z)),
  };
}

/** The part of the tangent at p that lies within the chart, as two points; none where the slope is not finite. */
export function tangent(y: number, p: number, highest: number): { x: number[]; y: number[] } {
  const [loss, slope] = [crossEntropy(y, p), slopeAtProbability(y, p)];
  if (!Number.isFinite(loss) || !Number.isFinite(slope)) return { x: [], y: [] };
  const reach = 0.35;
  const at = (height: number): number => (slope === 0 ? Number.NaN : p + (height - loss) / slope);
  const [low, high] = slope < 0 ? [at(highest), at(0)] : [at(0), at(highest)];
  const from = Math.max(0, p - reach, Number.isNaN(low) ? 0 : low);
  const to = Math.min(1, p + reach, Number.isNaN(high) ? 1 : high);
  return { x: [from, to], y: [loss + slope * (from - p), loss + slope * (to - p)] };
}
