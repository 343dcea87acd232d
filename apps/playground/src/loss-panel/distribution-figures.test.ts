import { describe, expect, test } from "vitest";
import { crossEntropy } from "./cross-entropy.ts";
import { classTerms, distributionFigures, slopeFigures, tangent } from "./distribution-figures.ts";
import { fixed } from "./figures.ts";
import { bceOfProbabilities } from "./library.ts";

/** BCELoss as the page prints it. */
const bce = (y: number, p: number): string => fixed(bceOfProbabilities([p], y).losses[0]);

describe("the figures of a label and a prediction", () => {
  test("a label of 0 or 1: the guide's numbers", () => {
    expect(distributionFigures(1, 0.8)).toEqual({
      filledIn: "0.00 × 1.6094 + 1.00 × 0.2231",
      crossEntropy: "0.2231",
      entropy: "0.0000",
      divergence: "0.2231",
    });
    expect([bce(1, 0.8), bce(0, 0.8), bce(0, 0.3)]).toEqual(["0.2231", "1.6094", "0.3567"]);
    expect([distributionFigures(0, 0.5).crossEntropy, bce(0, 0.5)]).toEqual(["0.6931", "0.6931"]);
  });

  test("a soft label has an entropy of its own, which is the least loss", () => {
    expect(distributionFigures(0.25, 0.25)).toMatchObject({
      crossEntropy: "0.5623",
      entropy: "0.5623",
      divergence: "0.0000",
    });
    expect(bce(0.25, 0.25)).toBe("0.5623");
    expect(distributionFigures(0.25, 0.6)).toMatchObject({
      filledIn: "0.75 × 0.9163 + 0.25 × 0.5108",
      crossEntropy: "0.8149",
      divergence: "0.2526",
    });
  });

  test("what was ruled out: infinite, and 100 for BCELoss", () => {
    expect(distributionFigures(1, 0)).toMatchObject({ crossEntropy: "∞", divergence: "∞" });
    expect(distributionFigures(0, 0).crossEntropy).toBe("0.0000");
    expect([bce(1, 0), bce(0, 0)]).toEqual(["100.0000", "0.0000"]);
  });

  test("wherever the sliders are, the library gives what the formula does", () => {
    for (let y = 0; y <= 100; y += 5)
      for (let p = 1; p < 100; p += 7) {
        expect(Math.abs(Number(bce(y / 100, p / 100)) - crossEntropy(y / 100, p / 100))).toBeLessThan(0.5e-4 + 1e-6);
      }
  });

  test("the classes' terms add up to the cross-entropy", () => {
    const [zero, one] = classTerms(0.25, 0.6);
    expect(zero.product + one.product).toBeCloseTo(crossEntropy(0.25, 0.6), 14);
    expect(classTerms(0, 0)[1]).toMatchObject({ label: 0, surprise: Infinity, product: 0 });
  });
});

describe("slopes", () => {
  test("are filled in", () => {
    expect(slopeFigures(1, 0.8)).toEqual({
      filledInAtProbability: "(0.80 − 1.00) / (0.80 × 0.20)",
      atProbability: "−1.2500",
      logit: "1.3863",
      filledInAtLogit: "0.80 − 1.00",
      atLogit: "−0.2000",
    });
  });

  test("at the ends", () => {
    expect(slopeFigures(0, 1)).toMatchObject({ atProbability: "∞", logit: "∞", atLogit: "1.0000" });
    expect(slopeFigures(0, 0)).toMatchObject({ atProbability: "1.0000", logit: "−∞", atLogit: "0.0000" });
  });

  test("the tangent stays within the chart and touches the curve", () => {
    for (const y of [0, 0.3, 1])
      for (const p of [0.01, 0.3, 0.5, 0.97]) {
        const line = tangent(y, p, 5);
        const [from, to] = line.x;
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(1);
        expect(to).toBeGreaterThan(from);
        for (const height of line.y) {
          expect(height).toBeGreaterThan(-1e-12);
          expect(height).toBeLessThan(5 + 1e-12);
        }
        const along = (p - from) / (to - from);
        expect(line.y[0] + along * (line.y[1] - line.y[0])).toBeCloseTo(crossEntropy(y, p), 12);
      }
    expect(tangent(1, 0, 5)).toEqual({ x: [], y: [] });
  });
});
