/** The programs of `programs/` as JavaScript. They use the built packages, as users do. */
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

const programs = fileURLToPath(new URL("programs/", import.meta.url));
const bench = fileURLToPath(new URL("..", import.meta.url));
/** Inside node_modules, so that the programs find their packages. */
const folder = join(bench, "node_modules", ".cache", "programs");

/** Writes a program as one file that imports its packages, and gives the file's path. */
export async function compileProgram(name: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(programs, `${name}.ts`)],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "silent",
  });
  return outfile;
}

export interface Bundle {
  /** Compressed bytes of all JavaScript that a page loads before the program runs. */
  readonly bytes: number;
  /** Compressed bytes of what the program could load later. */
  readonly later: number;
}

/** Bundles a module for the browser, minified, and measures it. `code` is the module's text. */
export async function measureBundle(code: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: programs, loader: "ts", sourcefile: "entry.ts" },
    outdir: folder,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
  });
  const initial = loadedAtOnce(metafile);
  let [bytes, later] = [0, 0];
  for (const { path, contents } of outputFiles) {
    const size = compressed(contents);
    if (initial.has(basename(path))) bytes += size;
    else later += size;
  }
  return { bytes, later };
}

/** Names of the outputs that the entry imports, directly or not, other than by `import()`. */
function loadedAtOnce({ outputs }: Metafile): Set<string> {
  const names = new Set<string>();
  const stack = Object.keys(outputs).filter(
    (path) => outputs[path].entryPoint !== undefined && !isDynamic(path, outputs),
  );
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    if (names.has(basename(path))) continue;
    names.add(basename(path));
    for (const { path: to, kind } of outputs[path].imports) if (kind === "import-statement") stack.push(to);
  }
  return names;
}

function isDynamic(path: string, outputs: Metafile["outputs"]): boolean {
  return Object.values(outputs).some(({ imports }) =>
    imports.some((one) => one.path === path && one.kind === "dynamic-import"),
  );
}

/** As a web server sends it: gzip, level 9. */
export function compressed(contents: Uint8Array): number {
  return gzipSync(contents, { level: 9 }).length;
}

/** Compressed bytes of a file of an installed package, such as a library's .wasm file. */
export function assetBytes(specifier: string): number {
  return compressed(readFileSync(fileURLToPath(import.meta.resolve(specifier))));
}
