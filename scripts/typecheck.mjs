// Checks the types of everything: packages with their tests, examples, benchmarks, configuration.
import { run, workspaceNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
const compiler = "node_modules/@typescript/native/bin/tsc";
const status = run(workspaceNode(), [compiler, "--project", "tsconfig.json", ...process.argv.slice(2)]);
if (status === 0) console.log("No type errors.");
process.exitCode = status;
