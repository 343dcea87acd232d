import { expect, test } from "vitest";
import { full } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";
import { currentDevice } from "./device.ts";

test("a loop through ever new shapes keeps its caches bounded", async () => {
  await useCpu();
  for (let n = 1; n <= 2500; n++)
    full([n], 1.5)
      .add(n + 0.5)
      .sum()
      .itemSync();
  const { cache, statistics } = currentDevice();
  expect(statistics.compilations).toBeGreaterThanOrEqual(2500);
  expect(cache.size).toBeLessThanOrEqual(1024);
});
