// Packs the packages as they are published, and examines the tarballs.
import { statSync } from "node:fs";
import { join } from "node:path";
import { fail, pnpm, root, runQuietly, workspaceNode } from "./workspace.mjs";

/** Packs one package into `folder` and returns the tarball's path. */
export function pack({ folder, name }, into) {
  const tarball = join(into, `${name.replace("@", "").replace("/", "-")}.tgz`);
  const [program, args] = pnpm("pack", "--out", tarball);
  runQuietly(program, args, { cwd: join(root, folder) });
  return tarball;
}

/** Runs publint and "are the types wrong" on a tarball, and looks for what must not be shipped. */
export function examineTarball({ name }, tarball) {
  const node = workspaceNode();
  const files = runQuietly("tar", ["-tzf", tarball]).trim().split("\n");
  for (const needed of ["package/package.json", "package/LICENSE"]) {
    if (!files.includes(needed)) fail(`${name} lacks ${needed} in its tarball.`);
  }
  const strays = files.filter((file) =>
    /\.test\.|(^|\/)(node_modules|\.turbo)\/|\.tsbuildinfo$|^package\/src\//.test(file),
  );
  if (strays.length > 0) fail(`${name} ships what it should not: ${strays.join(", ")}`);

  const manifest = JSON.parse(runQuietly("tar", ["-xzOf", tarball, "package/package.json"]));
  const text = JSON.stringify(manifest);
  if (text.includes("workspace:")) fail(`${name} would be published with a workspace: dependency.`);
  if (text.includes("@cresset/source")) fail(`${name} would be published with the condition for the sources.`);

  runQuietly(node, [join(root, "node_modules/publint/src/cli.js"), tarball, "--strict"]);
  // ES modules only, by decision; require() of them is tried for real below.
  const types = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
  runQuietly(node, [types, tarball, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"]);
  const size = (statSync(tarball).size / 1024).toFixed(0);
  console.log(`✓ ${name}: ${files.length} files, ${size} kB packed, exports and types in order`);
}
