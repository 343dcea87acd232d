import { build } from "esbuild";
import { expect, test } from "vitest";
import { importedNames, sharedImports } from "./shared-imports.ts";

/** What esbuild makes of files, named by what follows `./`, whose imports of packages stay imports. */
async function bundled(files: Readonly<Record<string, string>>, shared: boolean): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: files.main },
    bundle: true,
    format: "esm",
    write: false,
    platform: "node",
    plugins: [
      ...(shared ? [sharedImports(importedNames(Object.values(files)))] : []),
      {
        name: "files",
        setup(build) {
          build.onResolve({ filter: /^\.\// }, ({ path }) => ({ path: path.slice(2), namespace: "given" }));
          build.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({ contents: files[path] }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}

const importsOf = (code: string): string[] => code.match(/^import .*$/gm) ?? [];

const files = {
  main: [
    'import { join } from "node:path";',
    'import * as paths from "node:path";',
    'import { half } from "./half";',
    'export const all = [join("a", "b"), paths.basename("c/d"), half(8)];',
  ].join("\n"),
  half: [
    'import { join as joined, dirname } from "node:path";',
    'export const half = (x) => x / 2 + joined("e", dirname("f/g")).length;',
  ].join("\n"),
};

test("a bundle imports each name once, under whatever name its files do", async () => {
  expect(importsOf(await bundled(files, false)).length).toBeGreaterThan(1);
  const code = await bundled(files, true);
  expect(importsOf(code)).toEqual(['import { join, basename, dirname } from "node:path";']);
  const loaded = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  expect(loaded.all).toEqual(["a/b", "d", 7]);
});

test("names are collected from imports and exports, and of a whole module as it is asked for them", () => {
  const names = importedNames([
    'import {\n  a,\n  b as b2\n} from "x";\nimport * as m$ from "y";\nm$.c(m$.d, n.m$.e, om$.f);\nimport { g } from "./own.js";',
    'import { a } from "x";\nexport { h as i } from "y";\nimport { j } from "z";\nexport * from "z";',
  ]);
  expect([...names.keys()]).toEqual(["x", "y"]);
  expect([...(names.get("x") ?? [])]).toEqual(["a", "b"]);
  expect([...(names.get("y") ?? [])].sort()).toEqual(["c", "d", "h"]);
});

test("what a module is asked for and does not have fails the build", async () => {
  const wrong = { main: 'import { join } from "node:path"; export const x = join;' };
  const plugin = sharedImports(new Map([["node:path", new Set(["dirname"])]]));
  const options = {
    stdin: { contents: wrong.main },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  } as const;
  await expect(build({ ...options, packages: "external", plugins: [plugin] })).rejects.toThrow(/No matching export/);
});
