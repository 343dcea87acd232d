import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { oneChunk } from "./chunk.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "chunk-")));
afterAll(() => rmSync(folder, { recursive: true }));

const sources = {
  x: "export const x = () => 1;",
  y: "export const y = () => 2;",
  z: "export const z = () => 3;",
  a: 'export { x } from "./x.js"; export { y } from "./y.js";',
  b: 'export { y } from "./y.js"; export { z } from "./z.js";',
  c: 'import { x } from "./x.js"; import { z } from "./z.js"; x.z = z;',
};
mkdirSync(join(folder, "src"));
for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, "src", `${name}.js`), text);
writeFileSync(join(folder, "package.json"), '{ "sideEffects": ["./src/c.js"] }');

/** What esbuild makes of a, b and c, by name. */
async function outputs(together: boolean): Promise<Record<string, string>> {
  const files = ["a", "b", "c"].map((name) => join(folder, "src", `${name}.js`));
  const chunk = oneChunk(files, [files[2]]);
  const joining: Plugin = {
    name: "joining",
    setup: ({ onLoad }) =>
      onLoad({ filter: /[abc]\.js$/ }, ({ path }) => ({ contents: chunk.join(readFileSync(path, "utf8"), path) })),
  };
  const options = { bundle: true, splitting: true, format: "esm", outdir: folder, write: false } as const;
  const configured = { ...options };
  if (together) chunk.configure(configured);
  const plugins = together ? [chunk.plugin, joining] : [];
  const { outputFiles } = await build({ ...configured, write: false, entryPoints: files, plugins });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path.slice(folder.length + 1), text]));
}

test("what files share is one chunk, whoever uses it", async () => {
  const names = (all: object): string[] =>
    Object.keys(all)
      .map((name) => name.replace(/-.*/, ""))
      .sort();
  expect(names(await outputs(false))).toEqual(["a.js", "b.js", "c.js", "chunk", "chunk", "chunk"]);
  const together = await outputs(true);
  expect(names(together)).toEqual(["a.js", "b.js", "c.js", "chunk"]);
  expect(together["c.js"]).toContain("x.z = z");
});
