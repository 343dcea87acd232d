/**
 * `npm run bench:gpu -- --pack DIR`: everything that the measurement needs on a Linux machine with x86-64, a GPU with Vulkan and
 * neither Node nor network, in one folder of about 40 MB: `bash DIR/run.sh [--only NAME …] [--json FILE]` runs it there, and
 * `bash DIR/run.sh --choices …` what `--choices` runs here.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

const runScript = `#!/usr/bin/env bash
# Unpacks Node and Dawn, and measures. Arguments go to the measurement.
set -euo pipefail
here="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"
work="\${CRESSET_BENCH_DIR:-/tmp/cresset-bench-gpu}"
mkdir -p "$work/node_modules/webgpu/dist/linux-x64"
[ -x "$work/node" ] || { xz -dc "$here/node.xz" > "$work/node"; chmod +x "$work/node"; }
[ -e "$work/node_modules/webgpu/dist/linux-x64/dawn.node" ] || xz -dc "$here/dawn.node.xz" > "$work/node_modules/webgpu/dist/linux-x64/dawn.node"
cp "$here/webgpu.js" "$work/node_modules/webgpu/index.js"
cp "$here/webgpu.json" "$work/node_modules/webgpu/package.json"
cp "$here/bench.mjs" "$here/choices.mjs" "$here/pytorch.py" "$work/"
program=bench.mjs
if [ "\${1:-}" = --choices ]; then program=choices.mjs; shift; fi
exec "$work/node" --expose-gc "$work/$program" "$@"
`;

function compress(file: string, to: string, strip: boolean): void {
  const source = strip ? `${to}.stripped` : file;
  if (strip) spawnSync("strip", ["-o", source, file]);
  const command = `xz -3 -T0 -c "$1" > "$2"${strip ? ' && rm "$1"' : ""}`;
  const { status } = spawnSync("sh", ["-c", command, "sh", source, to], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${file} cannot be compressed`);
}

async function pack(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: { bench: join(here, "main.ts"), choices: join(here, "choices/main.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22",
    conditions: ["@cresset/source"],
    external: ["webgpu"],
    // TensorFlow.js asks for modules of Node by require.
    banner: {
      js: 'import { createRequire as __require } from "node:module"; const require = __require(import.meta.url);',
    },
    logLevel: "error",
  });
  const dawn = dirname(createRequire(import.meta.url).resolve("webgpu"));
  cpSync(join(dawn, "index.js"), join(folder, "webgpu.js"));
  cpSync(join(dawn, "package.json"), join(folder, "webgpu.json"));
  cpSync(join(here, "pytorch.py"), join(folder, "pytorch.py"));
  compress(join(dawn, "dist/linux-x64/dawn.node"), join(folder, "dawn.node.xz"), false);
  compress(process.execPath, join(folder, "node.xz"), true);
  writeFileSync(join(folder, "run.sh"), runScript, { mode: 0o755 });
  for (const name of ["bench.mjs", "dawn.node.xz", "node.xz"])
    console.log(`${name}: ${(statSync(join(folder, name)).size / 1e6).toFixed(1)} MB`);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("--pack needs a folder");
await pack(folder);
