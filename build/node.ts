import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";
import { plainNamespaces } from "./plain-namespaces.ts";
import { importedNames, sharedImports } from "./shared-imports.ts";

/** Whether a package's exports have files for Node (`writeForNode`). */
export function hasFilesForNode(): boolean {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Readonly<Record<string, object>> };
  return Object.values(exports).some((conditions) => typeof conditions === "object" && "node" in conditions);
}

const folder = join("dist", "node");

/**
 * Writes `dist/node/`, which the condition "node" of a package's exports leads to: the entries where nobody bundles. In
 * `dist/` each namespace is a file of its own, for the sake of bundlers, and to find and read a file takes Node half a
 * millisecond. Here namespaces are objects in the chunk that holds the code.
 *
 * @param entries names of the entries.
 */
export async function writeForNode(entries: readonly string[]): Promise<void> {
  const written = readdirSync("dist").filter((name) => name.endsWith(".js"));
  const imported = importedNames(written.map((name) => readFileSync(join("dist", name), "utf8")));
  const { outputFiles } = await build({
    entryPoints: entries.map((name) => `dist/${name}.js`),
    outdir: folder,
    write: false,
    bundle: true,
    packages: "external",
    plugins: [sharedImports(imported)],
    splitting: true,
    // What no entry exports is there too, so that all code stays one chunk.
    treeShaking: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    sourcemap: true,
    minifySyntax: true,
    logOverride: { "ignored-bare-import": "silent" },
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of texts) {
    if (!path.endsWith(".js")) continue;
    const { code, map } = await shortened(plainNamespaces(text), texts.get(`${path}.map`) ?? "", basename(path));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
    writeFileSync(`${path}.map`, map);
  }
}

/**
 * The same code in fewer letters, which are parsed sooner: without spaces, with short names for what is local. Functions and
 * classes keep theirs, for who reads a stack, and so does what a module declares.
 *
 * @param map where the code comes from, as a source map; so is the one that is returned.
 */
async function shortened(code: string, map: string, name: string): Promise<{ code: string; map: string }> {
  const result = await minify(
    { [name]: code },
    {
      module: true,
      compress: false,
      mangle: { module: false, toplevel: false, keep_fnames: true, keep_classnames: true },
      format: { comments: false, max_line_len: 160, ascii_only: true },
      sourceMap: { content: map, filename: name, url: `${name}.map`, includeSources: true },
    },
  );
  if (result.code === undefined || typeof result.map !== "string") throw new Error(`${name} could not be shortened`);
  return { code: result.code, map: result.map };
}
