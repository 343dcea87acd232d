import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  divergence,
  entropy,
  logit,
  lossAtLogit,
  sigmoid,
  slopeAtLogit,
  slopeAtProbability,
} from "./cross-entropy.ts";

const labels = [0, 0.1, 0.25, 0.5, 0.8, 1];
const probabilities = [0.01, 0.2, 0.3, 0.5, 0.8, 0.99];

describe("distributions", () => {
  test("a 0/1 label leaves the logarithm of what is true", () => {
    expect(crossEntropy(1, 0.8)).toBeCloseTo(0.22314355131420976, 15);
    expect(crossEntropy(0, 0.8)).toBeCloseTo(1.6094379124341005, 15);
    expect(crossEntropy(0, 0.3)).toBeCloseTo(0.35667494393873245, 15);
    expect(crossEntropy(1, 0.5)).toBe(Math.LN2);
  });

  test("at the ends, what never happens costs nothing and what was ruled out everything", () => {
    expect([crossEntropy(0, 0), crossEntropy(1, 1)]).toEqual([0, 0]);
    expect([crossEntropy(1, 0), crossEntropy(0, 1), crossEntropy(0.5, 1)]).toEqual([Infinity, Infinity, Infinity]);
  });

  test("cross-entropy is entropy and divergence, and least where p is y", () => {
    expect([entropy(0), entropy(1)]).toEqual([0, 0]);
    expect(entropy(0.5)).toBe(Math.LN2);
    for (const y of labels) {
      expect(divergence(y, y)).toBe(0);
      for (const p of probabilities) {
        expect(entropy(y) + divergence(y, p)).toBeCloseTo(crossEntropy(y, p), 14);
        expect(crossEntropy(y, p)).toBeGreaterThanOrEqual(entropy(y));
      }
    }
  });
});

describe("slopes", () => {
  const step = 1e-6;

  test("at p they are the difference quotient, and (p − y) / (p (1 − p))", () => {
    for (const y of labels)
      for (const p of probabilities) {
        const quotient = (crossEntropy(y, p + step) - crossEntropy(y, p - step)) / (2 * step);
        expect(slopeAtProbability(y, p) / (quotient || 1)).toBeCloseTo(quotient === 0 ? 0 : 1, 6);
        expect(slopeAtProbability(y, p)).toBeCloseTo((p - y) / (p * (1 - p)), 10);
      }
  });

  test("at the ends of p they are limits from inside", () => {
    expect([slopeAtProbability(0, 0), slopeAtProbability(1, 1)]).toEqual([1, -1]);
    expect([slopeAtProbability(1, 0), slopeAtProbability(0, 1)]).toEqual([-Infinity, Infinity]);
  });

  test("at the logit they are the difference quotient, and p − y", () => {
    for (const y of labels)
      for (const z of [-9, -1.3, 0, 0.4, 2, 7]) {
        const quotient = (lossAtLogit(y, z + step) - lossAtLogit(y, z - step)) / (2 * step);
        expect(slopeAtLogit(y, z)).toBeCloseTo(quotient, 8);
        expect(slopeAtLogit(y, z)).toBeCloseTo(sigmoid(z) - y, 15);
      }
  });
});

describe("logits", () => {
  test("a logit's loss is that of its probability", () => {
    for (const y of labels)
      for (const p of probabilities) {
        expect(sigmoid(logit(p))).toBeCloseTo(p, 14);
        expect(lossAtLogit(y, logit(p))).toBeCloseTo(crossEntropy(y, p), 13);
      }
  });

  test("far out, digits stay: e^−z where the label agrees, |z| where it does not", () => {
    for (const z of [40, 80, 120]) {
      const rest = Math.exp(-z);
      for (const [y, sign] of [
        [1, 1],
        [0, -1],
      ]) {
        expect(lossAtLogit(y, sign * z) / rest).toBeCloseTo(1, 14);
        expect((slopeAtLogit(y, sign * z) / rest) * -sign).toBeCloseTo(1, 14);
        expect(lossAtLogit(y, -sign * z)).toBe(z);
        expect(slopeAtLogit(y, -sign * z)).toBe(-sign);
      }
    }
  });
});
