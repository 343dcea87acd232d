// Runs the operations of the catalogue on a backend against cpu. Takes some minutes.
import { useSoftwareDriver } from "./lib/chromium.mjs";
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
useSoftwareDriver();
process.exitCode = runNode(["packages/conformance/src/all-operations.ts", ...process.argv.slice(2)]);
