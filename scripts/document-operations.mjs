// Writes docs/operations.md from runs of the recorded data and of the catalogue. Arguments: backends, by default all that are built in
// ("webgpu:samples" leaves the recorded data out); `--reports DIR` keeps what the runs gave, and takes what is there instead of running.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { useSoftwareDriver } from "./lib/chromium.mjs";
import { root, runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

const args = process.argv.slice(2);
const at = args.indexOf("--reports");
const [, kept] = at < 0 ? [] : args.splice(at, 2);
const backends = args.length > 0 ? args : ["cpu", "wasm", "webgpu"];

setUp();
useSoftwareDriver();
const reports = kept === undefined ? mkdtempSync(join(tmpdir(), "cresset-operations-")) : resolve(kept);
mkdirSync(reports, { recursive: true });
if (kept === undefined) process.on("exit", () => rmSync(reports, { recursive: true, force: true }));

/** The report of a run, which is made if it is not there. */
function report(backend, name, flags) {
  const file = join(reports, `${backend}-${name}.json`);
  if (!existsSync(file))
    runNode(["packages/conformance/src/command.ts", "--backend", backend, ...flags, "--json", file]);
  return file;
}

const files = backends.flatMap((entry) => {
  const [backend, part] = entry.split(":");
  const golden = part === "samples" ? "-" : report(backend, "golden", []);
  return [golden, report(backend, "catalogue", ["--catalogue"])];
});
const page = join(root, "docs", "operations.md");
process.exitCode = runNode(["packages/conformance/src/document/document.ts", page, ...files]);
