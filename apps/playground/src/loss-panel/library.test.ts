import { describe, expect, test } from "vitest";
import { crossEntropy, slopeAtProbability } from "./cross-entropy.ts";
import { bceOfProbabilities } from "./library.ts";

/** Half of the distance between neighbours in float32 at this size. */
const half = (size: number): number => 2 ** (Math.floor(Math.log2(Math.max(size, 2 ** -126))) - 24);

describe("BCELoss of probabilities", () => {
  const inside = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

  test.each([0, 0.25, 0.5, 1])("is the cross-entropy with a label of %d, as is its slope", (y) => {
    const { losses, slopes } = bceOfProbabilities(inside, y);
    inside.forEach((p32, i) => {
      const p = Math.fround(p32);
      expect(Math.abs(losses[i] - crossEntropy(y, p))).toBeLessThanOrEqual(4 * half(crossEntropy(y, p) + 0.1));
      expect(Math.abs(slopes[i] - slopeAtProbability(y, p))).toBeLessThanOrEqual(8 * half(1 / (p * (1 - p))));
    });
  });

  test("stops at 100, and its slope at 1e12, where the cross-entropy is infinite", () => {
    expect(bceOfProbabilities([0, 1], 1).losses).toEqual([100, -0]);
    expect(bceOfProbabilities([0, 1], 0).losses).toEqual([0, 100]);
    expect(bceOfProbabilities([0], 1).slopes).toEqual([Math.fround(-1e12)]);
    expect(bceOfProbabilities([1], 0).slopes).toEqual([Math.fround(1e12)]);
  });
});
