// Checks the types of everything: packages with their tests, examples, benchmarks, configuration.
import { run, workspaceNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
const compiler = "node_modules/@typescript/native/bin/tsc";
/** The second project sees `@cresset/core/functions` alone, as modules and backends must: without operations as methods. */
const projects = ["tsconfig.json", "tsconfig.functions.json"];
const statuses = projects.map((project) =>
  run(workspaceNode(), [compiler, "--project", project, ...process.argv.slice(2)]),
);
process.exitCode = statuses.find((status) => status !== 0) ?? 0;
if (process.exitCode === 0) console.log("No type errors.");
