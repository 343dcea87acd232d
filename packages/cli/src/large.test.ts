/** The command on 100,000 rows of 30 columns: in bounded memory, and with PyTorch's losses. */
import { execFile } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createTable, prepareData, Training } from "@cresset/tabular";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useDevice } from "./devices.ts";
import recorded from "./testing/large-table.json" with { type: "json" };
import { largeTable, largeTableText } from "./testing/large-table.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-cli-large-"));
const table = join(folder, "table.csv");
const command = join(import.meta.dirname, "command.ts");

beforeAll(() => pipeline(Readable.from(largeTableText()), createWriteStream(table)));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * The heap that Node gives its objects and strings: a fifth of what the table's cells take as strings. Numbers in typed arrays
 * lie outside of it.
 */
const heapMegabytes = 40;

/** Runs the command with that heap; gives what it prints, and the most memory that the process had, in MB. */
async function cresset(...args: string[]): Promise<{ stdout: string; stderr: string; peak: number }> {
  const report = 'process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS / 1024))';
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [
      `--max-old-space-size=${heapMegabytes}`,
      "--max-semi-space-size=2",
      "--conditions=@cresset/source",
      `--import=data:text/javascript,${encodeURIComponent(report)}`,
      command,
      ...args,
    ],
    { maxBuffer: 2 ** 24, timeout: 120_000 },
  );
  return { stdout, stderr, peak: Number(/^peak (.*)$/m.exec(stderr)?.[1]) };
}

const { hidden, learningRate, epochs, testSplit, seed } = recorded;
const options = [
  "--target",
  "label",
  "--hidden",
  `${hidden}`,
  "--lr",
  `${learningRate}`,
  "--test-split",
  `${testSplit}`,
  "--seed",
  `${seed}`,
];

test.concurrent.each(["standard", "none"] as const)("scale %s", { timeout: 120_000 }, async (scale) => {
  const out = join(folder, `${scale}.safetensors`);
  const { stdout, stderr, peak } = await cresset(
    "train",
    table,
    ...options,
    "--scale",
    scale,
    "--epochs",
    `${epochs}`,
    "--out",
    out,
    "--json",
  );
  const { losses, train, test, sentinels } = JSON.parse(stdout);
  // The activations of 80,000 rows take most of it: 32 MB each.
  expect(peak).toBeLessThan(450);
  expect([train.rows, test.rows]).toEqual([80_000, 20_000]);
  expect(Object.keys(sentinels)).toEqual(["rate2", "rate5"]);
  expect(stderr).toContain("rate2: -99 in");
  expect(losses.length).toBe(epochs);
  for (const [i, loss] of losses.entries())
    expect(Math.abs(loss - recorded[scale].losses[i])).toBeLessThanOrEqual(recorded[scale].tolerance[i]);
});

test("the initial weights are PyTorch's, to the bit", async () => {
  await useDevice("cpu");
  // They depend on the number of rows, whose order is drawn before, not on what is in them.
  const { rows, columns } = largeTable;
  const zeros = new Uint8Array(rows);
  const names = Array.from({ length: columns }, (_, i) => `x${i}`);
  const data = prepareData(createTable(Object.fromEntries([...names, "label"].map((name) => [name, zeros]))), {
    target: "label",
    testSplit,
    seed,
  });
  const weights = Training.create(data, { hidden: [hidden] }).model.stateDict();
  expect(Object.keys(weights)).toEqual(Object.keys(recorded.initialWeights));
  for (const [name, bits] of Object.entries(recorded.initialWeights)) {
    const { buffer } = await weights[name].data();
    let sum = 0n;
    for (const [place, word] of new Uint32Array(buffer).entries()) sum += BigInt(place + 1) * BigInt(word);
    expect(Number(sum % 2n ** 32n)).toBe(bits);
  }
});
