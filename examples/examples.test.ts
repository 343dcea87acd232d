import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** What an example prints; `before` are modules that are imported before it. */
async function run(before: readonly string[], file: string, ...args: string[]): Promise<string[]> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const imports = before.map((module) => `--import=${new URL(module, import.meta.url).href}`);
  const options = ["--conditions=@cresset/source", ...imports];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, path, ...args]);
  return stdout.split("\n");
}

/** The examples name no device, so that they run on any as they are. Fewer iterations where the GPU may be a program. */
const devices = [
  ["wasm", [], 40],
  ["webgpu", ["lib/on-webgpu.ts"], 10],
] as const;

test.each(devices)(
  "the binary classifier's losses are PyTorch's on %s",
  { timeout: 120_000 },
  async (device, before, iterations) => {
    const lines = await run(before, "binary-classifier.ts", "--iterations", `${iterations}`);
    const losses = lines.filter((line) => /^\(\d+, \d\.\d+\)$/.test(line));
    expect(losses.length).toBe(iterations);
    expect(lines.find((line) => line.startsWith("Backend:"))).toBe(`Backend:            ${device}`);
    expect(lines.find((line) => line.startsWith("PyTorch"))).toContain(
      `all ${iterations} losses agree within the recorded tolerance`,
    );
  },
);

test.each(devices)("the documentation's example prints PyTorch's numbers on %s", async (_, before) => {
  const lines = await run(before, "bce-documentation.ts");
  // Recorded from PyTorch 1.13.
  expect(lines.slice(0, 2)).toEqual([
    "input: \t\ttensor([ 1.5410, -0.2934, -2.1788], requires_grad=True)",
    "m(input): \ttensor([0.8236, 0.4272, 0.1017], grad_fn=<SigmoidBackward0>)",
  ]);
  expect(lines).toContain("m(input): \ttensor([0.7911, 0.7792, 0.5858], grad_fn=<SigmoidBackward0>)");
  const output = lines.findLast((line) => line.startsWith("output:"))?.split("\t")[1];
  expect(Number(output)).toBeCloseTo(0.7833072543144226, 6);
});
