/**
 * Samples, densities, moments, divergences, transforms and their gradients against what PyTorch 1.13 gave for the same
 * parameters and seeds (testing/record.py wrote it). Where PyTorch is installed, it is asked again.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { registerBackend, setDefaultDevice } from "@cresset/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare } from "./testing/compare.ts";
import { type Case, divergence, type Record_, record, through } from "./testing/run.ts";

const folder = join(import.meta.dirname, "..", "golden");
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const cases: Readonly<Record<string, readonly Case[]>> = read("cases.json");
const recorded: Readonly<Record<string, Readonly<Record<string, Record_>>>> = read("recorded.json");
const kinds = { distributions: record, divergences: divergence, transforms: through } as const;

beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
});
afterAll(() => setDefaultDevice("cpu"));

describe.each(["cpu", "wasm"])("on %s", (device) => {
  beforeAll(() => setDefaultDevice(device));

  for (const [kind, run] of Object.entries(kinds))
    test.each(cases[kind].map((each) => [each.name, each] as const))(`${kind}: %s`, (name, each) => {
      compare(run(each), recorded[kind][name]);
    });
});

test("nothing recorded is left over", () => {
  for (const kind of Object.keys(kinds))
    expect(Object.keys(recorded[kind])).toEqual(cases[kind].map(({ name }) => name));
});

const installed = spawnSync("/usr/bin/python3", ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });

// Without PyTorch there is nothing to ask.
test.runIf(installed.stdout?.startsWith("1.13"))("PyTorch gives what is recorded", { timeout: 120_000 }, () => {
  const run = spawnSync("/usr/bin/python3", [join(import.meta.dirname, "testing", "record.py")], {
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  const now: typeof recorded = JSON.parse(run.stdout);
  for (const kind of Object.keys(kinds))
    for (const [name, want] of Object.entries(recorded[kind])) compare(now[kind][name], want);
});
