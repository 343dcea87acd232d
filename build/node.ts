import { readFileSync } from "node:fs";
import { build } from "esbuild";

/** Whether a package's exports have files for Node (`writeForNode`). */
export function hasFilesForNode(): boolean {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Readonly<Record<string, object>> };
  return Object.values(exports).some((conditions) => typeof conditions === "object" && "node" in conditions);
}

/**
 * Writes `dist/node/`, which the condition "node" of a package's exports leads to: the entries where nobody bundles. In
 * `dist/` each namespace is a file of its own, for the sake of bundlers, and to find and read a file takes Node half a
 * millisecond. Here namespaces are objects in the chunk that holds the code.
 *
 * @param entries names of the entries.
 */
export async function writeForNode(entries: readonly string[]): Promise<void> {
  await build({
    entryPoints: entries.map((name) => `dist/${name}.js`),
    outdir: "dist/node",
    bundle: true,
    packages: "external",
    splitting: true,
    // What no entry exports is there too, so that all code stays one chunk.
    treeShaking: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    sourcemap: true,
    // What is shorter is parsed sooner. Names stay, and lines, for who reads a stack.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    logOverride: { "ignored-bare-import": "silent" },
  });
}
