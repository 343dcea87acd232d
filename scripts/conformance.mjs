// Runs the conformance command from its source. Arguments and exit status are the command's own.
import { useSoftwareDriver } from "./lib/chromium.mjs";
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
useSoftwareDriver();
process.exitCode = runNode(["packages/conformance/src/command.ts", ...process.argv.slice(2)]);
