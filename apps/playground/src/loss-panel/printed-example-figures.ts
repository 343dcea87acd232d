import { crossEntropy, sigmoid } from "./cross-entropy.ts";

/** The example of PyTorch's documentation, as one draw of it was printed: tensors with four digits, the loss with all. */
export const printed = {
  inputs: [1.3313, 1.2612, 0.3466],
  probabilities: [0.7911, 0.7792, 0.5858],
  targets: [0, 1, 1],
  output: 0.7833071351051331,
} as const;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The mean cross-entropy of probabilities with their targets, by the formula, in float64. */
export function meanCrossEntropy(probabilities: readonly number[], targets: readonly number[]): number {
  return sumOf(probabilities.map((p, i) => crossEntropy(targets[i], p))) / probabilities.length;
}

/** The least and the largest mean loss that inputs can have which print as these do, with four digits. */
export function meansThatPrintSo(
  inputs: readonly number[],
  targets: readonly number[],
): [least: number, largest: number] {
  const halfDigit = 0.00005;
  // A loss grows with the input where the target is 0, and falls where it is 1.
  const mean = (direction: number): number =>
    meanCrossEntropy(
      inputs.map((z, i) => sigmoid(z + (targets[i] === 0 ? 1 : -1) * direction * halfDigit)),
      targets,
    );
  return [mean(-1), mean(1)];
}

/** Ways in which a loss could scale probabilities first, and does not. */
export const scalings: readonly { readonly name: string; scale(p: readonly number[]): number[] }[] = [
  { name: "as they are", scale: (p) => [...p] },
  {
    name: "divided by their sum",
    scale: (p) => p.map((one) => one / sumOf(p)),
  },
  { name: "divided by the largest", scale: (p) => p.map((one) => one / Math.max(...p)) },
  { name: "put through a sigmoid", scale: (p) => p.map(sigmoid) },
];

/** How BCELoss refuses what is not a probability: the words for which room is kept until the library says them. */
export const expectedRefusal =
  "ValueError: binary_cross_entropy: all elements of input should be between 0 and 1: put a Sigmoid before this loss, " +
  "or give the scores to BCEWithLogitsLoss";
