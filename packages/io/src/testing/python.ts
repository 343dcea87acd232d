/** Real PyTorch and NumPy, where they are installed. */
import { spawnSync } from "node:child_process";

const python = "/usr/bin/python3";

/** Without them there is nothing to compare with; the files that they wrote, in `testing/files`, are read everywhere. */
export const hasPyTorch = spawnSync(python, ["-c", "import torch, numpy"]).status === 0;

/** What a program prints, as JSON. `folder` is its working directory. */
export function askPython(program: string, folder: string): unknown {
  const run = spawnSync(python, ["-"], { input: program, cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim() === "" ? null : JSON.parse(run.stdout);
}
