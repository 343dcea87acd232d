// Bundles a user's program for the browser, as a web application would.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fail, root, runQuietly, workspaceNode } from "./workspace.mjs";

/**
 * Bundles `NAME.mjs` of `folder` and runs the bundle, which must print `expected`: a `node:` import at a package's top level, or
 * code that a bundler drops because the package says it has no side effects, shows here. Prints the size.
 */
export function examineBundle(folder, name, expected) {
  // esbuild is a dependency of the build tool, not of the repository itself.
  const fromTsup = createRequire(createRequire(join(root, "package.json")).resolve("tsup/package.json"));
  const esbuild = fromTsup("esbuild");
  const outfile = join(folder, `${name}.bundle.mjs`);
  try {
    esbuild.buildSync({
      entryPoints: [join(folder, `${name}.mjs`)],
      absWorkingDir: folder,
      bundle: true,
      minify: true,
      outfile,
      format: "esm",
      platform: "browser",
      target: "es2022",
      logLevel: "error",
    });
  } catch (error) {
    fail(`${name}.mjs cannot be bundled for browsers: ${error.message}`);
  }
  const printed = runQuietly(workspaceNode(), [outfile], { cwd: folder });
  if (printed !== expected) fail(`${name}.mjs, bundled, printed\n${printed}\ninstead of\n${expected}`);
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(0)} kB`;
  const size = kilobytes(statSync(outfile).size);
  console.log(
    `  ✓ ${name}.mjs runs bundled for browsers: ${size}, ${kilobytes(gzipSync(readFileSync(outfile)).length)} compressed`,
  );
}
