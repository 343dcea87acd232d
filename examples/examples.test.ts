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

// What PyTorch 1.13 prints for the same programs with the same seed, line by line.
const epochs = ["2.1138, accuracy 70.4 %", "1.2361, accuracy 89.6 %"];
const verse = `Shall I makest, where looks on temeth's despess are rempie
 to the remover treed with bright,
Which this and allosters criegh's me prasish'd with white that alted to chane on the grave on youth from woe to more praise,
  So long since cancell'd wit`;

test.each([
  ["wasm", [], 2],
  ["webgpu", ["lib/on-webgpu.ts"], 1],
] as const)("digits are learned as in PyTorch on %s", { timeout: 120_000 }, async (_, before, count) => {
  const lines = await run(before, "digits.ts", "--epochs", `${count}`);
  // The first epoch of one has the same steps as the first of many.
  const losses = lines.filter((line) => line.startsWith("epoch")).map((line) => line.replace(/^epoch \d+: loss /, ""));
  expect(losses[0]).toBe(epochs[0]);
  expect(losses).toHaveLength(count);
});

test("the same seed writes the same verse as in PyTorch", { timeout: 120_000 }, async () => {
  const lines = await run([], "characters.ts");
  expect(lines.slice(1, 3)).toEqual(["iteration 0: loss 4.0343", "iteration 50: loss 2.2280"]);
  expect(lines.join("\n")).toContain(verse);
});

test("characters are learned on webgpu", { timeout: 120_000 }, async () => {
  // Short passages: a GPU that is a program takes seconds to compile each step of a long one.
  const lines = await run(
    ["lib/on-webgpu.ts"],
    "characters.ts",
    ..."--iterations 1 --length 4 --characters 2".split(" "),
  );
  // PyTorch's loss of these passages.
  expect(lines[1]).toBe("iteration 0: loss 4.0373");
});
