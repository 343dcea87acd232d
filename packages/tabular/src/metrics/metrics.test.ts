import { expect, test } from "vitest";
import { calibration } from "./calibration.ts";
import { accuracyOf, confusionMatrix } from "./confusion.ts";
import { roc } from "./roc.ts";

// Worked by hand: of the 3 · 2 pairs, 0.8 and 0.4 (tied: half) are above 0.4; 0.1 is below both zeros …
const probabilities = [0.8, 0.4, 0.1, 0.4, 0.2];
const labels = [1, 1, 1, 0, 0];

test("the curve goes through every threshold, ties at once", () => {
  expect(roc(probabilities, labels)).toEqual({
    thresholds: [Number.POSITIVE_INFINITY, 0.8, 0.4, 0.2, 0.1],
    falsePositiveRate: [0, 0, 0.5, 1, 1],
    truePositiveRate: [0, 1 / 3, 2 / 3, 2 / 3, 1],
    auc: 3.5 / 6,
  });
});

test("the area is that of all pairs", () => {
  const p = Array.from({ length: 60 }, (_, i) => ((i * 37) % 23) / 23);
  const y = Array.from({ length: 60 }, (_, i) => ((i * 13) % 7 < 3 ? 1 : 0));
  let won = 0;
  let pairs = 0;
  for (const [i, a] of p.entries())
    for (const [j, b] of p.entries())
      if (y[i] === 1 && y[j] === 0) {
        pairs++;
        won += a > b ? 1 : a === b ? 0.5 : 0;
      }
  expect(roc(p, y).auc).toBe(won / pairs);
});

test("the area of perfect, opposite and equal scores, and of one class", () => {
  expect(roc([0.9, 0.1], [1, 0]).auc).toBe(1);
  expect(roc([0.1, 0.9], [1, 0]).auc).toBe(0);
  expect(roc([0.5, 0.5, 0.5], [1, 0, 0]).auc).toBe(0.5);
  expect(roc([0.5, 0.6], [1, 1]).auc).toBeNaN();
});

test("confusion and accuracy: at the threshold itself a row counts as 0", () => {
  const matrix = confusionMatrix([0.9, 0.5, 0.7, 0.2], [1, 1, 0, 0]);
  expect(matrix).toEqual({ truePositives: 1, falseNegatives: 1, falsePositives: 1, trueNegatives: 1 });
  expect(accuracyOf(matrix)).toBe(0.5);
  expect(confusionMatrix(probabilities, labels, 0.15)).toEqual({
    truePositives: 2,
    falseNegatives: 1,
    falsePositives: 2,
    trueNegatives: 0,
  });
});

test("calibration", () => {
  const bins = calibration([0, 0.25, 0.25, 1], [0, 0, 1, 1], 4);
  expect(bins.map(({ count, predicted, observed }) => [count, predicted, observed])).toEqual([
    [1, 0, 0],
    [2, 0.25, 0.5],
    [0, Number.NaN, Number.NaN],
    [1, 1, 1],
  ]);
  expect([bins[1].from, bins[1].to]).toEqual([0.25, 0.5]);
});
