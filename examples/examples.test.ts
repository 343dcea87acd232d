import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** What an example prints. */
async function run(file: string, ...args: string[]): Promise<string[]> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@cresset/source", path, ...args]);
  return stdout.split("\n");
}

test("the binary classifier's losses are PyTorch's", async () => {
  const lines = await run("binary-classifier.ts", "--iterations", "40");
  const losses = lines.filter((line) => /^\(\d+, \d\.\d+\)$/.test(line));
  expect(losses.length).toBe(40);
  expect(lines.find((line) => line.startsWith("Backend:"))).toBe("Backend:            wasm");
  expect(lines.find((line) => line.startsWith("PyTorch"))).toContain(
    "all 40 losses agree within the recorded tolerance",
  );
});

test("the documentation's example prints PyTorch's numbers", async () => {
  const lines = await run("bce-documentation.ts");
  // Recorded from PyTorch 1.13.
  expect(lines.slice(0, 2)).toEqual([
    "input: \t\ttensor([ 1.5410, -0.2934, -2.1788], requires_grad=True)",
    "m(input): \ttensor([0.8236, 0.4272, 0.1017], grad_fn=<SigmoidBackward0>)",
  ]);
  expect(lines).toContain("m(input): \ttensor([0.7911, 0.7792, 0.5858], grad_fn=<SigmoidBackward0>)");
  const output = lines.findLast((line) => line.startsWith("output:"))?.split("\t")[1];
  expect(Number(output)).toBeCloseTo(0.7833072543144226, 6);
});
