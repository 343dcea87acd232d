// Installs what the repository needs, once: a second call finds nothing to do in a few milliseconds.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, pnpm, root, run, workspaceFolders } from "./lib/workspace.mjs";

const stamp = join(root, "node_modules", ".set-up");

/** Everything an installation depends on, the place included (links in it may be absolute), as one hash. */
function fingerprint() {
  const hash = createHash("sha256").update(`${realpathSync(root)}\n${process.platform}-${process.arch}\n`);
  const manifests = workspaceFolders().map((folder) => join(folder, "package.json"));
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** Installs the locked dependencies unless that was already done for these very manifests. */
export function setUp() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const started = performance.now();
  console.error("Setting up: installing the locked dependencies …");
  const [program, args] = pnpm("install", "--frozen-lockfile", "--reporter=append-only");
  // Standard output belongs to the command that was asked for; the installer's lines go to standard error.
  const status = run(program, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) {
    fail("The installation failed. After a change to a package.json, run `npx pnpm install` to update pnpm-lock.yaml.");
  }
  writeFileSync(stamp, wanted);
  console.error(`Set up in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
