// Measures WebGPU in Node: `npm run bench:gpu -- [--only NAME …] [--json FILE]`. With `--pack DIR`, a folder that
// does so on a machine without Node. See docs/benchmarks.md.
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
const args = process.argv.slice(2);
process.exitCode = runNode(
  args[0] === "--pack" ? ["bench/src/gpu/pack.ts", ...args.slice(1)] : ["bench/src/gpu/main.ts", ...args],
);
