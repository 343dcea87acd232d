// Measures WebGPU in Node: `npm run bench:gpu -- [--only NAME …] [--json FILE]`. With `--pack DIR`, a folder that
// does so on a machine without Node; with `--choices`, the ways to write kernels. See docs/benchmarks.md.
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
const args = process.argv.slice(2);
const programs = { "--pack": "bench/src/gpu/pack.ts", "--choices": "bench/src/gpu/choices/main.ts" };
const program = programs[args[0]];
process.exitCode = runNode(program === undefined ? ["bench/src/gpu/main.ts", ...args] : [program, ...args.slice(1)]);
