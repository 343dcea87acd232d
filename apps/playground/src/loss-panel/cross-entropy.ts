/**
 * What the two losses are, in float64 and in forms that keep their digits everywhere: the values to which the library's float32 is
 * compared. A label y and a prediction p are both distributions over two classes, (1 − y, y) and (1 − p, p).
 */

/** −weight · log(probability), where nothing is lost on what never happens: 0 · log 0 is 0. */
function surprise(weight: number, probability: number): number {
  return weight === 0 ? 0 : 0 - weight * Math.log(probability);
}

/** −(1 − y) log(1 − p) − y log p; infinite where p rules out what y has. */
export function crossEntropy(y: number, p: number): number {
  return surprise(1 - y, 1 - p) + surprise(y, p);
}

/** The smallest cross-entropy that a label y leaves possible: 0 for a label of 0 or 1. */
export function entropy(y: number): number {
  return crossEntropy(y, y);
}

/** Kullback and Leibler's divergence of p from y: what the cross-entropy has above the label's own entropy. */
export function divergence(y: number, p: number): number {
  return y === p ? 0 : crossEntropy(y, p) - entropy(y);
}

/** dL/dp = (p − y) / (p (1 − p)). At p = 0 and 1 it is the limit from inside: finite where the label agrees, else infinite. */
export function slopeAtProbability(y: number, p: number): number {
  // The two terms of the quotient, apart: where p and y agree, the one that would be 0 / 0 is not there.
  return (y === 1 ? 0 : (1 - y) / (1 - p)) - (y === 0 ? 0 : y / p);
}

/** 1 / (1 + e^−z). */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** The logit z whose sigmoid is p. */
export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

/** The cross-entropy of y and sigmoid(z), from the logit z: (1 − y) log(1 + e^z) + y log(1 + e^−z). */
export function lossAtLogit(y: number, z: number): number {
  return (1 - y) * softplus(z) + y * softplus(-z);
}

/** log(1 + e^z), without overflow. */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** dL/dz = p − y, with p = sigmoid(z); the digits of 1 − p are kept where p is near 1. */
export function slopeAtLogit(y: number, z: number): number {
  return (1 - y) * sigmoid(z) - y * sigmoid(-z);
}
