/**
 * Every TypeScript block in the READMEs and the docs is a program that runs; a `text` block right after it is its output. Lines
 * of `sh` blocks that call `cresset` are run too; a `text` block after them is part of what the last one prints.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { main } from "@cresset/cli";
import { afterAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
// Inside the repository, so that packages are found by name.
const folder = mkdtempSync(join(root, "tests", ".snippets-"));
afterAll(() => rmSync(folder, { recursive: true }));
// What programs write stays there; what they read of the repository is found.
symlinkSync(join(root, "examples"), join(folder, "examples"));

const documents = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((f) => f.endsWith(".md"))
    .map((f) => join("docs", f)),
  ...readdirSync(join(root, "packages"))
    .map((name) => join("packages", name, "README.md"))
    // The program there begins with a model from elsewhere.
    .filter((f) => existsSync(join(root, f)) && f !== join("packages", "io", "README.md")),
];

/** What a machine's Vulkan says that it is without, when a program looks for a GPU: a message, and lines that go with it. */
const ofDrivers = /^(?:error: XDG_RUNTIME_DIR|Warning: ).*\n(?:\s.*\n|\n)*/gm;

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

interface Commands {
  readonly line: number;
  readonly commands: readonly string[];
  readonly output: string | null;
}

function commandsOf(text: string): Commands[] {
  const fence = /^```sh\n([\s\S]*?)^```\n(?:\n*(?:[^\n`]*:\n\n?)?```text\n([\s\S]*?)^```)?/gm;
  return [...text.matchAll(fence)]
    .map((match) => ({
      line: text.slice(0, match.index).split("\n").length,
      commands: match[1].split("\n").flatMap((line) => /^(?:npx )?cresset (.*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? []),
      output: match[2] ?? null,
    }))
    .filter(({ commands }) => commands.length > 0);
}

class Collected extends Writable {
  text = "";

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe.each(documents)("%s", (document) => {
  const text = readFileSync(join(root, document), "utf8");
  const snippets = snippetsOf(text);
  const commands = commandsOf(text);
  if (commands.length > 0) {
    test("the commands run", { timeout: 60_000 }, async () => {
      copyFileSync(join(root, "examples", "data", "subscribers.csv"), join(folder, "subscribers.csv"));
      process.chdir(folder);
      try {
        for (const { line, commands: lines, output } of commands) {
          let printed = "";
          for (const command of lines) {
            const [stdout, stderr] = [new Collected(), new Collected()];
            const status = await main(command.split(" "), { stdout, stderr });
            expect([line, command, status, stderr.text]).toEqual([
              line,
              command,
              0,
              expect.not.stringContaining("cresset:"),
            ]);
            printed = stdout.text;
          }
          if (output !== null) expect(printed).toContain(output.trim());
        }
      } finally {
        process.chdir(root);
      }
    });
  }
  if (snippets.length === 0 && commands.length === 0) {
    test("has no programs", () => expect(snippets).toEqual([]));
    return;
  }
  test.each(snippets)("the program at line $line runs", ({ line, code, output }) => {
    const file = join(folder, `${document.replaceAll("/", "-")}-${line}.ts`);
    writeFileSync(file, code);
    const run = spawnSync(process.execPath, ["--conditions=@cresset/source", file], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(run.stderr.replaceAll(/^.*ExperimentalWarning.*\n.*\n/gm, "").replaceAll(ofDrivers, "")).toBe("");
    expect(run.status).toBe(0);
    if (output !== null) expect(run.stdout.trim()).toBe(output.trim());
  });
});
