// What every script shares: where things are, which Node runs them, and how to start a program.
// These files run on any Node from 20 on, before anything is installed: built-in modules only.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Reads a JSON file of the repository. */
export function readJson(...path) {
  return JSON.parse(readFileSync(join(root, ...path), "utf8"));
}

/** The folders of the workspace, relative to the root: packages, then the private ones. */
export function workspaceFolders() {
  const inFolder = (folder) => readdirSync(join(root, folder)).map((name) => join(folder, name));
  return [...inFolder("packages"), ...inFolder("apps"), "examples", "bench"]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .sort();
}

/** The packages that are published: `{ folder, name, json }`, dependencies first. */
export function publicPackages() {
  const all = workspaceFolders()
    .map((folder) => ({ folder, json: readJson(folder, "package.json") }))
    .filter(({ json }) => !json.private)
    .map(({ folder, json }) => ({ folder, name: json.name, json }));
  const sorted = [];
  const visit = (one) => {
    if (sorted.includes(one)) return;
    for (const name of Object.keys(one.json.dependencies ?? {})) {
      const dependency = all.find((other) => other.name === name);
      if (dependency) visit(dependency);
    }
    sorted.push(one);
  };
  all.forEach(visit);
  return sorted;
}

/** The Node of the workspace, an optional dependency; where the platform has none, the Node that runs this script. */
export function workspaceNode() {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  const found = names.map((name) => join(root, "node_modules", name, "bin", "node")).find(existsSync);
  if (found) return found;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  throw new Error(`There is no packaged Node for ${process.platform}-${process.arch}: run this with Node 24 or later.`);
}

/** The environment for the tools: the workspace's programs first on the path, no telemetry. */
export function environment() {
  const path = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
}

/** Runs a program with this process's streams (or as `options` says) and returns its exit status. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit", env: environment(), ...options });
  if (result.error) throw result.error;
  return result.status ?? 128 + (result.signal === "SIGINT" ? 2 : 15);
}

/** Runs a program silently; where it fails, prints what it printed and ends this process. Returns its standard output. */
export function runQuietly(program, args, options = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    env: environment(),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(`${program} ${args.join(" ")}\n${result.stdout}${result.stderr}`);
    fail(`${args[0]} ended with ${result.status ?? result.signal}.`);
  }
  return result.stdout;
}

/** The npm that users have. */
export const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Program and arguments that run pnpm in the version that package.json names. */
export function pnpm(...args) {
  const version = readJson("package.json").packageManager;
  return [process.platform === "win32" ? "npx.cmd" : "npx", ["-y", version, ...args]];
}

/** Runs a file with the workspace's Node, packages resolved to their sources unless `built`. */
export function runNode(args, { built = false, ...options } = {}) {
  return run(workspaceNode(), [...(built ? [] : ["--conditions=@cresset/source"]), ...args], options);
}

/** Ends this process with a message. */
export function fail(message) {
  console.error(`\n✗ ${message}`);
  process.exit(1);
}
