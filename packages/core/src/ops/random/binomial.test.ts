import { beforeAll, expect, test } from "vitest";
import { tensor } from "../../tensor/creation.ts";
import { dataSync, tolist, tolistSync } from "../../tensor/reading.ts";
import { useCpu } from "../../testing/cpu.ts";
import { binomial, binomialSync } from "./binomial.ts";
import { rand } from "./creation.ts";
import { manualSeed } from "./default-generator.ts";

beforeAll(useCpu);

// The numbers are recorded from PyTorch 1.13 on the cpu.

test("counts by inversion and by rejection, as PyTorch's of the same seed", async () => {
  manualSeed(0);
  const counts = tensor([3, 20, 40, 1000, 7, 0]);
  const probs = tensor([0.2, 0.5, 0.9, 0.3, 0, 0.5]);
  expect(await tolist(await binomial(counts, probs))).toEqual([2, 12, 36, 294, 0, 0]);
});

test("shapes broadcast", () => {
  manualSeed(1);
  const counts = tensor([[10], [200]], { dtype: "float64" });
  const probs = tensor([0.25, 0.75, 1], { dtype: "float64" });
  expect(tolistSync(binomialSync(counts, probs))).toEqual([
    [1, 9, 10],
    [51, 151, 200],
  ]);
  expect(dataSync(rand(1))[0]).toBe(Math.fround(0.5724719762802124));
});

test("other dtypes are refused", () => {
  expect(() => binomialSync(tensor([1n]), tensor([1n]))).toThrow("\"binomial_cpu\" not implemented for 'Long'");
});
