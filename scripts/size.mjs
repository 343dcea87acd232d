// Builds the packages and compares what a page downloads with the limits of .size-limit.mjs.
import { build } from "./build.mjs";
import { run, workspaceNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
build();
process.exitCode = run(workspaceNode(), ["node_modules/size-limit/bin.js", ...process.argv.slice(2)]);
