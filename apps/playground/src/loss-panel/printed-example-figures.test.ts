import { expect, test } from "vitest";
import { sigmoid } from "./cross-entropy.ts";
import { fixed } from "./figures.ts";
import { refusal, steps } from "./library.ts";
import { expectedRefusal, meanCrossEntropy, meansThatPrintSo, printed, scalings } from "./printed-example-figures.ts";

const { inputs, probabilities, targets, output } = printed;
const worked = steps(inputs, targets);

test("every step prints what PyTorch's documentation printed", () => {
  expect(worked.probabilities.map((p) => fixed(p))).toEqual(probabilities.map((p) => fixed(p)));
  expect(worked.losses.map((loss) => fixed(loss))).toEqual(["1.5657", "0.2494", "0.5348"]);
  expect(worked.gradient.map((slope) => fixed(slope))).toEqual(["0.2637", "−0.0736", "−0.1381"]);
  expect(fixed(worked.mean)).toBe(fixed(output));
});

test("the mean is the rows' losses added and divided by three, and nothing else", () => {
  expect(worked.mean).toBeCloseTo(worked.losses.reduce((a, b) => a + b) / 3, 6);
  expect(worked.mean).toBeCloseTo(meanCrossEntropy(inputs.map(sigmoid), targets), 6);
  expect(worked.meanWithLogits).toBeCloseTo(worked.mean, 6);
});

test("its last digits are PyTorch's for inputs of four digits; the printed ones come from digits that were not printed", () => {
  // PyTorch 1.13 on the same three inputs.
  expect(worked.mean).toBe(0.7833072543144226);
  expect((worked.mean - output) * 2 ** 24).toBe(2);
  const [least, largest] = meansThatPrintSo(inputs, targets);
  expect([fixed(least, 5), fixed(largest, 5)]).toEqual(["0.78328", "0.78333"]);
  // Inputs that print the same and have exactly the printed output, in PyTorch too.
  expect(steps([1.3313, 1.261201, 0.3466], targets).mean).toBe(output);
});

test("BCELoss is the formula of the probabilities as they are; scaled in any way, it would be another number", () => {
  const means = scalings.map(({ scale }) => meanCrossEntropy(scale(worked.probabilities), targets));
  expect(means.map((mean) => fixed(mean))).toEqual(["0.7833", "0.9260", "∞", "0.6617"]);
  expect(worked.mean).toBeCloseTo(means[0], 6);
});

test("what is not a probability is refused", () => {
  expect(refusal(inputs, targets)).toBe(expectedRefusal);
  expect(refusal(worked.probabilities, targets)).toMatch(/^BCELoss took them/);
});
