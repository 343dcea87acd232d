// Builds the playground and serves it: `npm run playground [-- --port 4173]`. Ends with Ctrl+C.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, root, run, workspaceNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

const folder = join(root, "apps", "playground");
const vite = (...args) =>
  run(workspaceNode(), [join(folder, "node_modules", "vite", "bin", "vite.js"), ...args], { cwd: folder });

/** Builds the site into `apps/playground/dist`. */
export function buildPlayground() {
  if (vite("build", "--logLevel", "warn") !== 0) fail("The build of the playground failed.");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp();
  buildPlayground();
  process.exitCode = vite("preview", ...process.argv.slice(2));
}
