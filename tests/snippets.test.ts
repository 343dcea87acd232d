/** Every TypeScript block in the README and the docs is a program that runs; a `text` block right after it is its output. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
// Inside the repository, so that packages are found by name.
const folder = mkdtempSync(join(root, "tests", ".snippets-"));
afterAll(() => rmSync(folder, { recursive: true }));

const documents = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((f) => f.endsWith(".md"))
    .map((f) => join("docs", f)),
];

interface Snippet {
  readonly line: number;
  readonly code: string;
  readonly output: string | null;
}

function snippetsOf(text: string): Snippet[] {
  const fence = /^```ts\n([\s\S]*?)^```\n(?:\n*(?:[^\n`]*:\n\n?)?```text\n([\s\S]*?)^```)?/gm;
  return [...text.matchAll(fence)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    code: match[1],
    output: match[2] ?? null,
  }));
}

describe.each(documents)("%s", (document) => {
  const snippets = snippetsOf(readFileSync(join(root, document), "utf8"));
  if (snippets.length === 0) {
    test("has no programs", () => expect(snippets).toEqual([]));
    return;
  }
  test.each(snippets)("the program at line $line runs", ({ line, code, output }) => {
    const file = join(folder, `${document.replaceAll("/", "-")}-${line}.ts`);
    writeFileSync(file, code);
    const run = spawnSync(process.execPath, ["--conditions=@cresset/source", file], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(run.stderr.replaceAll(/^.*ExperimentalWarning.*\n.*\n/gm, "")).toBe("");
    expect(run.status).toBe(0);
    if (output !== null) expect(run.stdout.trim()).toBe(output.trim());
  });
});
