// Checks style and format; with --write, repairs what can be repaired.
import { run, workspaceNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
const args = process.argv.slice(2);
process.exitCode = run(workspaceNode(), [
  "node_modules/@biomejs/biome/bin/biome",
  "check",
  "--error-on-warnings",
  ...args,
]);
