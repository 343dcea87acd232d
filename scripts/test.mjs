// Runs every test. Arguments go to vitest: `npm test -- packages/core`, `npm test -- -t softmax`.
import { ensureChromium, useSoftwareDriver } from "./lib/chromium.mjs";
import { ensurePyTorch } from "./lib/pytorch.mjs";
import { run, workspaceNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
ensureChromium();
ensurePyTorch();
useSoftwareDriver();
process.exitCode = run(workspaceNode(), ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);
