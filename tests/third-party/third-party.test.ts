/** The conformance command on a backend that is not ours, as its author would run it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = new URL("../..", import.meta.url);

interface Finished {
  readonly status: number;
  readonly lines: readonly string[];
}

async function conformance(...args: readonly string[]): Promise<Finished> {
  const command = ["--conditions=@cresset/source", "packages/conformance/src/command.ts", ...args];
  const finished = await promisify(execFile)(process.execPath, command, { cwd: root, maxBuffer: 1 << 26 }).then(
    ({ stdout }) => ({ status: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ status: error.code, stdout: error.stdout }),
  );
  return { status: finished.status, lines: finished.stdout.trimEnd().split("\n") };
}

describe("a third party's backend", () => {
  test("passes the areas it is run on, and the command says so", async () => {
    const areas = ["promotion", "rng", "indexing"].flatMap((area) => ["--area", area]);
    const { status, lines } = await conformance("--backend", "tests/third-party/backend.ts", ...areas);
    expect(lines.filter((line) => line.startsWith("✗"))).toEqual([]);
    expect([status, lines[0], lines.at(-1)]).toEqual([
      0,
      `backend walker on node ${process.versions.node}`,
      expect.stringMatching(/^[1-9]\d* passed, 0 failed, 0 skipped, 0 excepted$/),
    ]);
  }, 60_000);

  test("with one wrong operation fails, and the command names the cases", async () => {
    const { status, lines } = await conformance("--backend", "tests/third-party/wrong.ts", "--area", "binary");
    expect(status).toBe(1);
    expect(lines.filter((line) => line.startsWith("✗ binary/maximum")).length).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatch(/^[1-9]\d* passed, [1-9]\d* failed, 0 skipped, 0 excepted$/);
  }, 60_000);

  test("that cannot be found is a failure", async () => {
    expect((await conformance("--backend", "tests/third-party/missing.ts")).status).not.toBe(0);
  });
});
