import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { main } from "../command/main.ts";

/** Written by PyTorch 1.13 and NumPy 1.24; what must be refused was made by hand. */
const files = join(import.meta.dirname, "..", "..", "..", "io", "src", "testing", "files");
const folder = mkdtempSync(join(tmpdir(), "conformance-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(
    args,
    (line) => out.push(line),
    (line) => err.push(line),
  );
  return { status, out, err };
}

/** A folder with copies of files, and cases about them. */
async function copies(
  cases: readonly ({ readonly file: string; readonly expected?: string } & Readonly<Record<string, string>>)[],
): Promise<string> {
  const at = mkdtempSync(join(folder, "cases-"));
  for (const { file, expected } of cases)
    for (const name of [file, expected ?? file]) writeFileSync(join(at, name), await readFile(join(files, name)));
  writeFileSync(join(at, "files.json"), JSON.stringify({ cases }));
  return at;
}

describe("the command with --files", () => {
  test.each(["cpu", "wasm"])("reads every file as it must be, on %s", async (backend) => {
    const { status, out } = await run("--files", files, "--backend", backend);
    expect(out.filter((line) => line.startsWith("✗"))).toEqual([]);
    expect(out.at(-1)).toBe("40 passed, 0 failed, 0 skipped, 0 excepted");
    expect(status).toBe(0);
  });

  test("only some of them", async () => {
    const { out } = await run("--files", files, "--case", "*.npy");
    expect(out.at(-1)).toBe("14 passed, 0 failed, 0 skipped, 0 excepted");
  });

  test("other tensors, missing and unexpected ones, a refusal and the lack of one are failures", async () => {
    const at = await copies([
      { file: "a_float32.npy", format: "npy", expected: "a_float64.npy.expected.safetensors" },
      { file: "list.pt", format: "pt", expected: "views.pt.expected.safetensors" },
      { file: "evil.pt", format: "pt", expected: "list.pt.expected.safetensors" },
      { file: "list.pt", format: "pt", refuse: "it is a list" },
      { file: "evil.pt", format: "pt", refuse: "it is evil" },
      { file: "list.pt", format: "tape", refuse: "unknown" },
    ]);
    const json = join(at, "report.json");
    const { status, out } = await run("--files", at, "--json", json);
    const text = (await readFile(json, "utf8")).replaceAll('\\"', '"');
    expect(text).toContain('"array": expected dtype float64, got float32');
    expect(text).toContain('"base" is missing');
    expect(text).toContain("is not expected");
    expect(text).toContain("was refused: FormatError: the bytes given: the file names posix.system");
    expect(text).toContain("must be refused (it is a list), but was read");
    expect(text).toContain('files of the format "tape" are not known');
    expect(out.at(-1)).toBe("1 passed, 5 failed, 0 skipped, 0 excepted");
    expect(status).toBe(1);
  });

  test("a folder without cases, and a pattern that fits none, are refused in one line", async () => {
    for (const args of [
      ["--files", folder],
      ["--files", files, "--case", "*.onnx"],
    ]) {
      const { status, err } = await run(...args);
      expect(err).toHaveLength(1);
      expect(status).toBe(2);
    }
  });
});
