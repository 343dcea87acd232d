/** All ways of a choice must compute the same: what they take is only then worth comparing. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { provideGpu } from "../node-gpu.ts";
import { choices } from "./kernels.ts";
import { prepareWay } from "./run-way.ts";

const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(software)) process.env.VK_DRIVER_FILES ??= software;

test("all ways of a choice compute the same", async () => {
  const adapter = await (await provideGpu()).requestAdapter();
  if (adapter === null) throw new Error("there is no adapter");
  const device = await adapter.requestDevice();
  const count = 16_384;
  for (const { name, ways } of choices) {
    let first: number[] | undefined;
    for (const way of ways) {
      const ready = await prepareWay(device, way, count);
      await ready.run(1);
      const result = Array.from(await ready.result());
      ready.destroy();
      first ??= result;
      expect(new Set(result).size, `${name}, ${way.name}`).toBeGreaterThan(1);
      expect(result, `${name}, ${way.name}`).toEqual(first);
    }
  }
  device.destroy();
});
