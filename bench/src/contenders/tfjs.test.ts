import { expect, test } from "vitest";
import { Unsupported } from "../contender.ts";
import { describeNetworks, smallInputs } from "../testing/networks.ts";
import { start } from "./tfjs.ts";

describeNetworks(() => start({ backend: "cpu" }));

test("a backend without the kernels for it says that it cannot train convolutions", async () => {
  const { tasks } = await start({ backend: "wasm" });
  const train = () => tasks.train?.({ kind: "train", network: "cnn", rate: 1e-3, losses: 1 }, smallInputs.cnn);
  expect(train).toThrow(Unsupported);
});
