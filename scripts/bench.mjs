// Measures: `npm run bench -- [--only NAME …] [--json FILE]`. See docs/benchmarks.md.
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
process.exitCode = runNode(["bench/src/run.ts", ...process.argv.slice(2)]);
