/**
 * The rows of docs/from-pytorch.md are pairs of lines in Python and TypeScript: both must give the same. What PyTorch gave is
 * recorded (tests/from-pytorch/record.ts writes it); where PyTorch is installed, it is asked again.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { display, type Encoded, type Outcome, readPage } from "./from-pytorch/page.ts";
import { programOf } from "./from-pytorch/program.ts";
import { hasPyTorch, outcomesOfPython, printedByPython } from "./from-pytorch/python.ts";

const root = join(import.meta.dirname, "..");
const page = readPage();
const recorded: { prelude: string; rows: Readonly<Record<string, Outcome>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, "from-pytorch", "recorded.json"), "utf8"),
);
const folder = mkdtempSync(join(root, "tests", ".snippets-"));
const file = join(folder, "rows.ts");
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(file, programOf(page));

/** Sums of float32 may differ in the last bits where their order does. */
function close(value: Encoded): unknown {
  if (typeof value === "number" && !Number.isInteger(value)) return expect.closeTo(value, 5);
  return Array.isArray(value) ? value.map(close) : value;
}

describe("docs/from-pytorch.md", () => {
  let outcomes: readonly Outcome[] = [];
  beforeAll(() => {
    const run = spawnSync(process.execPath, ["--conditions=@cresset/source", file], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    outcomes = JSON.parse(run.stdout);
  }, 60_000);

  test.each(page.rows.map((row, at) => ({ ...row, at })))("$section: $python", ({ at, python, shown, errorClass }) => {
    const want = recorded.rows[python];
    const got = outcomes[at];
    expect(want, "nothing recorded: run tests/from-pytorch/record.ts").toBeDefined();
    if (want.error !== undefined) {
      // Ours may begin with the function's name, and go on with what to do.
      expect(got.error?.message).toContain(want.error.message);
      expect(got.error?.name).toBe(errorClass);
    } else expect(got).toEqual({ ...want, ...(want.value !== undefined && { value: close(want.value) }) });
    if (shown !== "") expect(shown).toBe(display(want));
  });

  test("no recorded outcome is left over", () => {
    expect(recorded.prelude).toBe(page.prelude.python);
    expect(Object.keys(recorded.rows).sort()).toEqual([...new Set(page.rows.map((row) => row.python))].sort());
  });

  test("the types are right", { timeout: 60_000 }, () => {
    const project = join(folder, "tsconfig.json");
    writeFileSync(project, JSON.stringify({ extends: "../../tsconfig.base.json", include: ["rows.ts"] }));
    const compiler = join(root, "node_modules/@typescript/native/bin/tsc");
    const run = spawnSync(process.execPath, [compiler, "--project", project], { encoding: "utf8" });
    expect(run.stdout + run.stderr).toBe("");
  });

  // Where PyTorch is not installed there is nothing to compare with: what was recorded, and is in the page, stands for it.
  const withPyTorch = test.skipIf(!hasPyTorch());
  withPyTorch("PyTorch still says what was recorded", { timeout: 60_000 }, () => {
    const rows = Object.fromEntries(outcomesOfPython(page).map((outcome, at) => [page.rows[at].python, outcome]));
    expect(rows).toEqual(recorded.rows);
  });

  // tests/snippets.test.ts runs their TypeScript.
  withPyTorch.each(page.programs)("PyTorch prints the same: the program at line $line", ({ python, printed }) => {
    expect(printedByPython(python)).toBe(printed);
  });
});
