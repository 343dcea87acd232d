import { describe, expect, test } from "vitest";
import { lossAtLogit, slopeAtLogit } from "./cross-entropy.ts";
import { bothLosses } from "./library.ts";
import {
  becomesOne,
  becomesZero,
  logits,
  type Saturation,
  saturation,
  saturationFigures,
} from "./saturation-figures.ts";

const at = (z: number, y: number) => saturationFigures(logits.indexOf(z), y, bothLosses(logits, y));

describe("where a probability cannot go", () => {
  test("the guide's table: a label of 0 at 2, 10, 20 and 120", () => {
    const rows = [2, 10, 20, 120].map((z) => {
      const { loss, slope } = at(z, 0);
      return [loss.bce, slope.bce, loss.withLogits, slope.withLogits];
    });
    expect(rows).toEqual([
      ["2.12693", "0.880797", "2.12693", "0.880797"],
      ["9.99959", "0.999955", "10.0000", "0.999955"],
      ["100.000", "0", "20.0000", "1.00000"],
      ["100.000", "0", "120.000", "1.00000"],
    ]);
  });

  test("a label of 1 at −30: the loss is right, its slope divided by too much", () => {
    expect(at(-30, 1)).toMatchObject({
      state: "divisor",
      loss: { bce: "30.0000", withLogits: "30.0000", exact: "30.0000" },
      slope: { bce: "−0.0935762", withLogits: "−1.00000", exact: "−1.00000" },
    });
  });

  test("p tells 1 from its neighbours", () => {
    expect([16.5, 16.75].map((z) => at(z, 0).probability)).toEqual(["0.99999988", "1"]);
  });

  test("float32's sigmoid becomes 1 and 0 where the page says", () => {
    const { probabilities } = bothLosses([becomesOne - 0.01, becomesOne, becomesZero + 0.01, becomesZero], 0);
    expect(probabilities.map((p) => p === 1)).toEqual([false, true, false, false]);
    expect(probabilities.map((p) => p === 0)).toEqual([false, false, false, true]);
  });

  test("states follow each other along the slider", () => {
    const all = bothLosses(logits, 0);
    const starts: [number, Saturation][] = [];
    logits.forEach((z, place) => {
      const { state } = saturationFigures(place, 0, all);
      if (starts.at(-1)?.[1] !== state) starts.push([z, state]);
    });
    expect(starts).toEqual([
      [-120, "zero"],
      [-88.5, "divisor"],
      [-27.5, "none"],
      [4.75, "digits"],
      [16.75, "one"],
    ]);
  });

  test.each([0, 0.25, 1])("where nothing is the matter, both agree to five decimals: y = %d", (y) => {
    const { probabilities, bce, withLogits } = bothLosses(logits, y);
    logits.forEach((z, place) => {
      if (saturation(probabilities[place]) !== "none") return;
      expect(Math.abs(bce.losses[place] - lossAtLogit(y, z))).toBeLessThan(0.5e-5);
      expect(Math.abs(withLogits.losses[place] - lossAtLogit(y, z))).toBeLessThan(0.5e-5);
      expect(Math.abs(bce.slopes[place] - slopeAtLogit(y, z))).toBeLessThan(0.5e-5);
    });
  });
});

describe("BCEWithLogitsLoss", () => {
  test.each([0, 0.25, 0.5, 1])("is right everywhere, to float32's rounding: y = %d", (y) => {
    const { withLogits } = bothLosses(logits, y);
    let [loss, slope] = [0, 0];
    logits.forEach((z, i) => {
      loss = Math.max(loss, Math.abs(withLogits.losses[i] - lossAtLogit(y, z)));
      slope = Math.max(slope, Math.abs(withLogits.slopes[i] - slopeAtLogit(y, z)));
    });
    expect(loss).toBeLessThan(1e-6);
    expect(slope).toBeLessThan(1e-7);
  });
});
