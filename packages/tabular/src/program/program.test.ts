/** The programs that are shown do what the training does: both are run, and their losses compared. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core/functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accuracyOf, confusionMatrix } from "../metrics/index.ts";
import { readTable } from "../table/index.ts";
import { tableText } from "../testing/table.ts";
import { type PrepareDataOptions, prepareData, Training, type TrainingOptions } from "../training/index.ts";
import type { ProgramOptions } from "./parts.ts";
import { pytorchProgram } from "./pytorch.ts";
import { typescriptProgram } from "./typescript.ts";

// Inside the package, so that the program finds what it imports.
const folder = mkdtempSync(join(import.meta.dirname, "..", "..", ".programs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const python = "/usr/bin/python3";
const hasPyTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

interface Case {
  readonly name: string;
  readonly text: string;
  readonly data: PrepareDataOptions;
  readonly training: Partial<TrainingOptions>;
}

const plain = tableText(60).replaceAll(/,(?=,)/g, ",33");
const cases: Case[] = [
  {
    name: "the binary classifier",
    text: plain,
    data: { target: "label", scale: "none", testSplit: 0 },
    training: {},
  },
  {
    name: "all that there is",
    text: tableText(90).replaceAll(",0\n", ",false\n").replaceAll(",1\n", ",TRUE\n").replaceAll(",", ";"),
    data: { target: "label", sentinels: "missing", missing: "median", indicators: true, seed: 11 },
    training: {
      hidden: [16, 4],
      activation: "GELU",
      dropout: 0.25,
      loss: "BCEWithLogitsLoss",
      optimizer: "RMSprop",
      lr: 2e-3,
      batchSize: 32,
    },
  },
  {
    name: "some columns, filled by their mean",
    text: tableText(50).replace("a,b", " ,b"),
    data: {
      target: "label",
      features: ["column 1", "rate", "age", "same"],
      sentinels: "missing",
      missing: "mean",
      seed: 2,
    },
    training: { hidden: [], optimizer: "SGD", lr: 0.1 },
  },
];

/** Runs programs one after the other in one process, which takes long to start; gives each one's lines. */
async function run(command: string, args: readonly string[]): Promise<string[][]> {
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: folder, timeout: 100_000 });
  expect(stderr.replaceAll(/^.*ExperimentalWarning.*\n.*\n/gm, "")).toBe("");
  return stdout
    .split(/^==\n/m)
    .slice(1)
    .map((text) => text.trim().split("\n"));
}

const runTypeScript = `for (const file of process.argv.slice(1)) { console.log("=="); await import(file); }`;
const runPython = `import runpy, sys\nfor file in sys.argv[1:]:\n    print("==")\n    runpy.run_path(file)`;

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, loss] of expected.entries()) expect(Math.abs(found[i] - loss)).toBeLessThan(1e-5 * Math.max(1, loss));
}

function expectLike(lines: readonly string[], { losses, accuracy }: Expected): void {
  const numbers = lines.map((line) => Number(line.split(" ")[1]));
  expect(lines.at(-1)).toMatch(/^accuracy /);
  expect(numbers.pop()).toBeCloseTo(accuracy, 6);
  expectClose(numbers, losses);
}

interface Expected {
  readonly losses: readonly number[];
  readonly accuracy: number;
}

const epochs = 8;
let expected: Expected[];

beforeAll(async () => {
  await registerBackend(cpu());
  expected = [];
  for (const [i, { text, data, training }] of cases.entries()) {
    const table = await readTable(text);
    const prepared = prepareData(table, data);
    const running = Training.create(prepared, training);
    while (running.epoch < epochs) await running.step();
    const part = prepared.test.length > 0 ? "test" : "train";
    const { probabilities } = await running.evaluate(part);
    expected.push({
      losses: running.losses,
      accuracy: accuracyOf(confusionMatrix(probabilities, prepared[part].labels)),
    });
    const options: ProgramOptions = {
      file: `${i}.csv`,
      delimiter: text.includes(";") ? ";" : ",",
      table,
      preparation: prepared.preparation,
      training: running.options,
      testSplit: prepared.testSplit,
      epochs,
    };
    writeFileSync(join(folder, `${i}.csv`), text);
    writeFileSync(join(folder, `${i}.ts`), typescriptProgram(options));
    writeFileSync(join(folder, `${i}.py`), pytorchProgram(options));
  }
});

const files = (extension: string): string[] => cases.map((_, i) => join(folder, `${i}.${extension}`));

test(`in TypeScript: ${cases.map(({ name }) => name).join("; ")}`, { timeout: 120_000 }, async () => {
  const printed = await run(process.execPath, ["--conditions=@cresset/source", "-e", runTypeScript, ...files("ts")]);
  for (const [i, lines] of printed.entries()) expectLike(lines, expected[i]);
  expect(printed.length).toBe(cases.length);
});

// Where there is no PyTorch, there is nothing to run it with.
test.skipIf(!hasPyTorch)("in Python, the same", { timeout: 120_000 }, async () => {
  const printed = await run(python, ["-c", runPython, ...files("py")]);
  for (const [i, lines] of printed.entries()) expectLike(lines, expected[i]);
  expect(printed.length).toBe(cases.length);
});
