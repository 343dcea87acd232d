/** A sample of the suite on a page of headless Chromium, whose WebGPU is another path to the device than Node's. */
import { expect, test } from "vitest";
import { main } from "./command/main.ts";

test("webgpu passes a sample in Chromium", { timeout: 240_000 }, async () => {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const args = "--backend webgpu --runtime chromium --area reductions losses --case */1".split(" ");
  expect(await main(args, print, print), lines.join("\n")).toBe(0);
  expect(lines[0]).toMatch(/^backend webgpu on chromium \d+$/);
  expect(lines.at(-1)).toMatch(/^\d\d passed, 0 failed, 0 skipped, 0 excepted$/);
});
