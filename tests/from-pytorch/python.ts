/** Real PyTorch, where it is installed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Outcome, Page } from "./page.ts";

const python = "/usr/bin/python3";

export function hasPyTorch(): boolean {
  return spawnSync(python, ["-c", "import torch"]).status === 0;
}

/** What a program prints. */
export function printedByPython(program: string): string {
  const run = spawnSync(python, ["-"], { input: program, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

/** The outcomes of the page's rows. */
export function outcomesOfPython({ prelude, rows }: Page): Outcome[] {
  const input = JSON.stringify({ prelude: prelude.python, rows: rows.map((row) => row.python) });
  const run = spawnSync(python, [join(import.meta.dirname, "outcomes.py")], { input, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}
