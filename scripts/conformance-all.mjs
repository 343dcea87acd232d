// Runs all of the recorded data in every configuration of the built-in backends. Takes some minutes.
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
process.exitCode = runNode(["packages/conformance/src/all.ts"]);
