// PyTorch itself, which some tests compare with where /usr/bin/python3 has it.
import { spawnSync } from "node:child_process";

const hasPyTorch = () => spawnSync("/usr/bin/python3", ["-c", "import torch, numpy"]).status === 0;

/** How long fetching may take. On Debian 12 it is 183 packages of 145 MB, which take 630 MB on the disk. */
const patience = 60_000;

/**
 * Installs Debian's PyTorch in continuous integration, where it is missing and apt-get may be used, and says so. Elsewhere it is
 * too large to install unasked; without it, the tests that need it are skipped.
 */
export function ensurePyTorch() {
  if (!process.env.CI || process.platform !== "linux" || hasPyTorch()) return;
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  console.log("Installing PyTorch with apt-get: files and numbers are compared with it.");
  const started = Date.now();
  const install = ["install", "-y", "--no-install-recommends", "python3-torch"];
  // What may take long is fetching, which can be given up; installing is not interrupted, or dpkg would be left half done.
  for (const args of [["update"], [...install, "--download-only"], install]) {
    const [program, ...rest] = [...sudo, "apt-get", ...args];
    const { status, stderr } = spawnSync(program, rest, {
      encoding: "utf8",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      timeout: args === install ? undefined : patience,
    });
    if (status !== 0) {
      console.log(`apt-get ${args[0]} failed, so tests against PyTorch are skipped: ${stderr}`);
      return;
    }
  }
  console.log(`PyTorch was installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
