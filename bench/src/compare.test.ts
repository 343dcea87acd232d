import { describe, expect, test } from "vitest";
import { difference } from "./compare.ts";
import { start } from "./contenders/cresset.ts";
import { sample } from "./protocol.ts";
import { classifierInputs } from "./work/classifier.ts";

describe("comparing results", () => {
  const numbers = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i));

  test("rounding is no difference, anything more is", () => {
    const changed = (change: (value: number) => number) => difference(sample(numbers.map(change)), sample(numbers));
    expect(changed((value) => value)).toBeNull();
    expect(changed((value) => value * (1 + 1e-5))).toBeNull();
    expect(changed((value) => value * 1.001)).toMatch(/instead of/);
    expect(changed((value) => value + 0.001)).toMatch(/instead of/);
  });

  test("lengths, NaN and infinities count", () => {
    expect(difference(sample(numbers.subarray(1)), sample(numbers))).toBe("it has 4999 elements instead of 5000");
    const json = (values: number[]) => JSON.parse(JSON.stringify(sample(values)));
    expect(difference(json([1, Number.NaN]), json([1, 2]))).toMatch(/null instead of 2/);
    expect(difference(json([1, 2]), json([1, Number.NaN]))).toMatch(/2 instead of null/);
    expect(difference(json([1, Number.NaN]), json([1, Number.NaN]))).toBeNull();
  });

  test("a training that does not learn, or learns at another rate, is seen", async () => {
    const { tasks } = await start({ device: "cpu", threads: 1 });
    const prepared = await tasks.train?.(
      { kind: "train", network: "classifier", rate: 1e-4, losses: 20 },
      classifierInputs(32),
    );
    const losses = Array.from((await prepared?.result()) ?? []);
    expect(losses).toHaveLength(20);
    const slower = losses.map((loss) => losses[0] + 0.9 * (loss - losses[0]));
    expect(difference(sample(losses), sample(losses))).toBeNull();
    expect(difference(sample(losses.map(() => losses[0])), sample(losses))).not.toBeNull();
    expect(difference(sample(slower), sample(losses))).not.toBeNull();
  });
});
