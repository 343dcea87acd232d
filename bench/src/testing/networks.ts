/** A contender's networks against Cresset's. One library a test file: they share global variables with each other. */
import { describe, expect, test } from "vitest";
import { difference } from "../compare.ts";
import type { Contender, Inputs, Prepared } from "../contender.ts";
import { start as startCresset } from "../contenders/cresset.ts";
import { type Network, type Sample, sample } from "../protocol.ts";
import { classifierInputs } from "../work/classifier.ts";
import { cnnInputs, transformerInputs } from "../work/networks.ts";

export const smallInputs: Readonly<Record<Network, Inputs>> = {
  classifier: classifierInputs(5),
  cnn: cnnInputs(2, 8),
  transformer: transformerInputs(2, 3),
};

const networks = ["classifier", "cnn", "transformer"] as const;

/** Tests that a contender computes what Cresset computes. */
export function describeNetworks(
  start: () => Promise<Contender>,
  { training = true }: { readonly training?: boolean } = {},
): void {
  const contender = start();
  const cresset = startCresset({ device: "cpu", threads: 1 });

  describe.each(networks)("%s", (network) => {
    const inputs = smallInputs[network];

    test("its prediction is Cresset's", async () => {
      const predicted = async ({ tasks }: Contender): Promise<Sample> =>
        finished(await tasks.predict?.({ kind: "predict", network }, inputs));
      const expected = await predicted(await cresset);
      expect(expected.length).toBeGreaterThanOrEqual(5);
      expect(difference(await predicted(await contender), expected)).toBeNull();
    });

    if (!training) return;
    test("its training has Cresset's losses", async () => {
      const losses = async ({ tasks }: Contender): Promise<Sample> =>
        finished(await tasks.train?.({ kind: "train", network, rate: 1e-3, losses: 20 }, inputs));
      const expected = await losses(await cresset);
      expect(expected.length).toBe(20);
      expect(difference(await losses(await contender), expected)).toBeNull();
    });
  });
}

async function finished(prepared: Prepared | undefined): Promise<Sample> {
  if (prepared === undefined) throw new Error("the contender has no such task");
  const result = await prepared.result();
  prepared.finish?.();
  return sample(result ?? []);
}
