import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { wasm } from "./index.ts";

test("off unless asked for", () => {
  const { revectorize, "why no revectorize": why } = wasm({ threads: 1 }).info();
  expect({ revectorize, why }).toEqual({ revectorize: false, why: "it is off unless asked for" });
  expect(wasm({ threads: 1, relaxedSimd: false, revectorize: true }).info()["why no revectorize"]).toBe(
    "it needs relaxed SIMD",
  );
});

/** Products of random numbers, many times, so that all code is optimised; in a process of its own, as the flag concerns all of it. */
const program = `
  import { wasm } from "@cresset/backend-wasm";
  import { manualSeed, randn, registerBackend, setDefaultDevice } from "@cresset/core";
  const backend = wasm({ threads: 1, revectorize: process.argv[1] === "true" });
  await registerBackend(backend);
  setDefaultDevice("wasm");
  manualSeed(0);
  const [a, b] = [randn([75, 90]), randn([90, 83])];
  const results = new Set();
  for (let i = 0; i < 200; i++) results.add(a.matmul(b).exp().sum(1).dataSync().join());
  console.log(JSON.stringify({ info: backend.info(), results: [...results] }));
`;

function run(revectorize: boolean): { info: Record<string, unknown>; results: string[] } {
  const args = ["--conditions=@cresset/source", "--input-type=module", "-e", program, `${revectorize}`];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" }));
}

test("results have the same bits with it; where it is not to be had, the backend says why", () => {
  const { info, results } = run(true);
  expect(info.revectorize).toBe(info["why no revectorize"] === "");
  expect(results).toEqual(run(false).results);
  expect(results).toHaveLength(1);
});
