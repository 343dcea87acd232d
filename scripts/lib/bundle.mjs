// Bundles a user's programs for the browser, as web applications do, and runs the bundles.
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { fail, npm, runQuietly, workspaceNode } from "./workspace.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** The bundlers, what they are installed as, and what kind of script they make. */
const bundlers = {
  vite: { version: "8.3.8", name: "Vite", type: "module" },
  webpack: { version: "5.113.0", name: "webpack", type: "classic" },
};

/** Installs the bundlers in a folder of their own, and gives what `examineBundles` needs to call them. */
export function installBundlers(folder) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bundlers", private: true, type: "module" }));
  const wanted = Object.entries(bundlers).map(([name, { version }]) => `${name}@${version}`);
  runQuietly(npm, ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", ...wanted], {
    cwd: folder,
  });
  for (const name of Object.keys(bundlers))
    copyFileSync(join(here, "bundlers", `${name}.mjs`), join(folder, `${name}.mjs`));
  return folder;
}

/**
 * Bundles `NAME.mjs` of `project` with each bundler and runs the bundle in Node and in Chromium, where it must print what the
 * file `expectation` holds: a `node:` import at a package's top level, or code that a bundler drops because the package says
 * it has no side effects, shows here.
 */
export function examineBundles(installed, project, name, expectation) {
  const expected = readFileSync(expectation, "utf8");
  for (const [id, { name: bundler, type }] of Object.entries(bundlers)) {
    const out = join(project, `${name}.${id}`);
    runQuietly(workspaceNode(), [join(installed, `${id}.mjs`), project, `${name}.mjs`, out], { cwd: project });
    const bundle = join(out, "bundle.js");
    const inNode = join(out, type === "module" ? "bundle.mjs" : "bundle.cjs");
    copyFileSync(bundle, inNode);
    const printed = runQuietly(workspaceNode(), [inNode], { cwd: project, timeout: 120_000 });
    if (printed !== expected) fail(`${name}.mjs, bundled by ${bundler}, printed\n${printed}\ninstead of\n${expected}`);
    runQuietly(workspaceNode(), [join(here, "run-in-chromium.mjs"), bundle, type, expectation]);
    const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`;
    const sizes = `${kilobytes(statSync(bundle).size)}, ${kilobytes(gzipSync(readFileSync(bundle)).length)} compressed`;
    console.log(`  ✓ ${name}.mjs, bundled by ${bundler}, runs in Node and in Chromium: ${sizes}`);
  }
}
