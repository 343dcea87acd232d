import { defineConfig, type Options } from "tsup";
import { writeDeclarations } from "./declarations.ts";
import { droppableDeclarations } from "./droppable.ts";
import { findNamespaces, separateNamespaces } from "./namespaces.ts";

type Plugin = NonNullable<Options["plugins"]>[number];

/**
 * The build of one package: ES modules in `dist/`, one file for each entry (`index: "src/index.ts"` gives `dist/index.js`) and
 * for each namespace. Code that two of them share lands in a common chunk, so a class exists once whatever file it came from.
 * Few files load fast where nobody bundles; where somebody does, the code is written so that what is not used can go. There
 * is no CommonJS build: two copies of a class would break `instanceof`, and `require()` loads ES modules.
 */
export function packageBuild(entry: Readonly<Record<string, string>>) {
  const namespaces = findNamespaces("src", entry);
  return defineConfig({
    entry: { ...Object.fromEntries(namespaces.map(({ name, file }) => [name, file])), ...entry },
    format: "esm",
    target: "es2022",
    platform: "neutral",
    splitting: true,
    sourcemap: true,
    clean: true,
    esbuildPlugins: [separateNamespaces(namespaces), droppableDeclarations],
    plugins: [withoutBareImports],
    onSuccess: async () => writeDeclarations(Object.values(entry)),
  });
}

/**
 * esbuild leaves an `import "./chunk.js"` of every chunk that a file's sources refer to. No chunk does anything by being
 * loaded, so such a line only loads what is not needed, and makes bundlers warn that they ignore it.
 */
const withoutBareImports: Plugin = {
  name: "without-bare-imports",
  renderChunk: (code, { map }) => ({ code: code.replaceAll(/^import "\.\/chunk-\w+\.js";$/gm, ""), map }),
};
