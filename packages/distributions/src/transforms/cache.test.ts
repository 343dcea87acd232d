/** What a transform keeps is found by `logProb`, which checks values first. The numbers are PyTorch 1.13's, of the same seed. */
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import * as torch from "@cresset/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Independent, Normal, TransformedDistribution, transforms } from "../index.ts";

const { AffineTransform, ComposeTransform, TanhTransform } = transforms;

beforeAll(async () => {
  await torch.registerBackend(cpu());
  await torch.registerBackend(wasm());
});
afterAll(() => torch.setDefaultDevice("cpu"));

const t = torch.tensor;
const kept = { cacheSize: 1 };
const normal = (loc: torch.Tensor) => new Normal(loc, t([0.1]));
const tanhOf = (base: Normal | Independent) => new TransformedDistribution(base, [new TanhTransform(kept)]);

describe.each(["cpu", "wasm"])("on %s", (device) => {
  beforeAll(() => torch.setDefaultDevice(device));

  // Of samples that tanh rounds to 1, so that its inverse is infinite.
  test.each<readonly [string, (loc: torch.Tensor) => TransformedDistribution, number]>([
    ["one transform", (loc) => tanhOf(normal(loc)), 19.1182],
    [
      "two",
      (loc) => new TransformedDistribution(normal(loc), [new TanhTransform(kept), new AffineTransform(1, 2, kept)]),
      18.4251,
    ],
    [
      "a composition",
      (loc) =>
        new TransformedDistribution(
          normal(loc),
          new ComposeTransform([new TanhTransform(), new AffineTransform(1, 2)], kept),
        ),
      18.4251,
    ],
    [
      "one within another",
      (loc) => new TransformedDistribution(tanhOf(normal(loc)), [new AffineTransform(1, 2, kept)]),
      18.4251,
    ],
    ["of an independent base", (loc) => tanhOf(new Independent(normal(loc), 1)), 19.1182],
  ])("the density of a sample, with gradients: %s", (_, make, want) => {
    torch.manualSeed(0);
    const loc = t([10], { requiresGrad: true });
    // Still to be computed, as what a network gives.
    const distribution = make(loc.mul(1));
    const logProb = distribution.logProb(distribution.rsample()).sum();
    logProb.backward();
    expect(logProb.itemSync()).toBeCloseTo(want, 4);
    expect(loc.grad?.tolistSync()).toEqual([2]);
  });

  test("what is found has the check of what was looked up", () => {
    const distribution = tanhOf(normal(torch.zeros(1)));
    const sample = distribution.rsample();
    torch.noGrad(() => sample.fill_(2));
    expect(() => distribution.logProb(sample).dataSync()).toThrow("to be within the support (Interval");
    expect(() => distribution.logProb(torch.full([1], 2)).dataSync()).toThrow("distribution TransformedDistribution()");
  });
});
