// Checks what a user will download: packs every public package, examines the tarballs, and installs them step by step in a
// project outside the repository, where small programs run on every runtime, from ES modules and from require(), bundled in
// Node and in a browser, and are type-checked.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { installBundlers } from "./lib/bundle.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { createConsumer } from "./lib/consumer.mjs";
import { installRuntimes } from "./lib/runtimes.mjs";
import { examineTarball, pack } from "./lib/tarballs.mjs";
import { publicPackages, readJson } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

/** What a user installs, in this order, and the programs of `scripts/packages/` that must run after it. */
const steps = [
  { install: ["@cresset/core", "@cresset/backend-cpu"], programs: ["core-cpu"] },
  { install: ["@cresset/nn", "@cresset/optim", "@cresset/data"], programs: ["nn-optim"] },
  { install: ["@cresset/distributions"], programs: ["distributions"] },
  { install: ["@cresset/io"], programs: ["io", "onnx"] },
  { install: ["@cresset/backend-wasm"], programs: ["functions", "threads"] },
  { install: ["@cresset/tabular"], programs: ["tabular"] },
  { install: ["@cresset/backend-webgpu"], programs: ["webgpu"] },
  { install: ["cresset"], programs: ["umbrella"] },
  { install: ["@cresset/cli"], programs: [], commands: ["cli"] },
];

setUp();
ensureChromium();
build();
const work = mkdtempSync(join(tmpdir(), "cresset-packages-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

const tarballs = new Map();
mkdirSync(join(work, "tarballs"));
for (const one of publicPackages()) {
  const tarball = pack(one, join(work, "tarballs"));
  tarballs.set(one.name, tarball);
  examineTarball(one, tarball);
}

const runtimes = installRuntimes(join(work, "runtimes"));
const bundlers = installBundlers(join(work, "bundlers"));
console.log(`✓ installed ${runtimes.map(({ name }) => name).join(", ")} and the bundlers`);

const consumer = createConsumer(join(work, "user"), tarballs);
const installed = [];
for (const { install, programs, commands = [] } of steps) {
  installed.push(...install);
  consumer.install(install);
  consumer.expectPackages(installed);
  for (const program of programs) {
    consumer.runProgram(program, runtimes);
    consumer.bundleProgram(program, bundlers);
    consumer.checkTypes(program);
  }
  for (const name of commands) consumer.runCommands(name, runtimes);
}

// A fresh project that asks for the umbrella alone gets the rest through it.
const alone = createConsumer(join(work, "umbrella-user"), tarballs);
alone.install(["cresset"]);
const { dependencies } = readJson("packages", "cresset", "package.json");
alone.expectPackages(["cresset", ...Object.keys(dependencies)]);
alone.runProgram("umbrella", runtimes.filter(({ stripsTypes }) => stripsTypes).slice(0, 1));

console.log(`\n✓ ${tarballs.size} packages pack, install, run and type-check.`);
