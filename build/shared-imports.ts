import type { Plugin } from "esbuild";

/** `import { a, b as c } from "x"`, or an export of that, as esbuild writes it. */
const ofNames = /^(?:import|export) \{([^}]*)\} from "([^"]+)";$/gm;
/** `import * as m from "x"`. */
const ofAll = /^import \* as ([\w$]+) from "([^"]+)";$/gm;
const again = /^export \* from "([^"]+)";$/gm;

/** Names of a package's modules, by what stands behind `from`. */
export type ImportedNames = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The names that files import from other packages; of a module that is imported as a whole, those that are asked of it. What
 * is exported again as a whole is left out.
 *
 * @param files of one package, as esbuild writes them.
 */
export function importedNames(files: readonly string[]): ImportedNames {
  const found = new Map<string, Set<string>>();
  const add = (path: string, names: readonly string[]): void => {
    if (path.startsWith(".")) return;
    const known = found.get(path) ?? new Set();
    found.set(path, known);
    for (const name of names) known.add(name);
  };
  for (const text of files) {
    for (const [, list, path] of text.matchAll(ofNames))
      add(
        path,
        list.split(",").flatMap((item) => item.trim().split(" ")[0] || []),
      );
    for (const [, alias, path] of text.matchAll(ofAll)) {
      const asked = new RegExp(`(?<![\\w$.])${alias.replaceAll("$", "\\$")}\\.([\\w$]+)`, "g");
      add(
        path,
        Array.from(text.matchAll(asked), ([, name]) => name),
      );
    }
  }
  for (const text of files) for (const [, path] of text.matchAll(again)) found.delete(path);
  return found;
}

/**
 * Lets a bundle import each name of another package once. Else each of the files that are in it keeps its own imports, all of
 * which an engine reads and links: a twelfth of what Node reads of `nn`.
 */
export function sharedImports(imported: ImportedNames): Plugin {
  return {
    name: "shared-imports",
    setup(build) {
      build.onResolve({ filter: /^[^.]/ }, ({ path, namespace }) => {
        if (!imported.has(path)) return undefined;
        return namespace === "shared" ? { path, external: true } : { path, namespace: "shared" };
      });
      build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
        contents: `export { ${[...(imported.get(path) ?? [])].join(", ")} } from ${JSON.stringify(path)};`,
      }));
    },
  };
}
