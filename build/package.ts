import { readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";
import { oneChunk } from "./chunk.ts";
import { writeDeclarations } from "./declarations.ts";
import { droppableDeclarations } from "./droppable.ts";
import { findNamespaces, separateNamespaces } from "./namespaces.ts";
import { hasFilesForNode, writeForNode } from "./node.ts";

type Plugin = NonNullable<Options["plugins"]>[number];

/**
 * The build of one package: ES modules in `dist/`, one file for each entry (`index: "src/index.ts"` gives `dist/index.js`) and
 * for each namespace. Code that two of them share lands in a common chunk, so a class exists once whatever file it came from.
 * Few files load fast where nobody bundles; where somebody does, the code is written so that what is not used can go. There
 * is no CommonJS build: two copies of a class would break `instanceof`, and `require()` loads ES modules.
 *
 * @param chunks whether all of the package's code is one chunk, or each file loads what it uses: for entries that are for
 * different platforms.
 * @param apart entries whose own code is in no chunk: what few programs load.
 */
export function packageBuild(
  entry: Readonly<Record<string, string>>,
  chunks: "one" | "by use" = "one",
  apart: Readonly<Record<string, string>> = {},
) {
  const namespaces = findNamespaces("src", entry);
  const entries = { ...entry, ...apart };
  const all = { ...entries, ...Object.fromEntries(namespaces.map(({ name, file }) => [name, file])) };
  const alone = [...sideEffects(), ...Object.values(apart)];
  const chunk = chunks === "one" ? oneChunk(Object.values(all), alone) : undefined;
  return defineConfig({
    entry: all,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    splitting: true,
    sourcemap: true,
    clean: true,
    esbuildOptions: (options) => chunk?.configure(options),
    esbuildPlugins: [
      separateNamespaces(namespaces),
      ...(chunk ? [chunk.plugin] : []),
      droppableDeclarations((text, path) => chunk?.join(text, path) ?? text),
    ],
    plugins: [withoutBareImports],
    onSuccess: async () => {
      writeDeclarations(Object.values(entries));
      if (hasFilesForNode()) await writeForNode(Object.keys(entries));
    },
  });
}

/** The modules of a package that do something by being loaded. */
function sideEffects(): readonly string[] {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { sideEffects?: false | readonly string[] };
  return manifest.sideEffects || [];
}

/**
 * esbuild leaves an `import "./chunk.js"` of every chunk that a file's sources refer to. No chunk does anything by being
 * loaded, so such a line only loads what is not needed, and makes bundlers warn that they ignore it.
 */
const withoutBareImports: Plugin = {
  name: "without-bare-imports",
  renderChunk: (code, { map }) => ({ code: code.replaceAll(/^import "\.\/chunk-\w+\.js";$/gm, ""), map }),
};
