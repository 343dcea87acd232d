import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** A module that is exported as an object, as in `export * as functional from "./functional/index.ts"`. */
export interface Namespace {
  /** Name of its file in `dist/`, without extension. */
  readonly name: string;
  /** The module, relative to the package's folder. */
  readonly file: string;
}

const statement = /^export \* as (\w+) from "(\.[^"]+)";$/gm;

/** The namespaces that modules below `folder` export; one that is an entry has that entry's name. */
export function findNamespaces(folder: string, entry: Readonly<Record<string, string>>): readonly Namespace[] {
  const entries = new Map(Object.entries(entry).map(([name, file]) => [file, name]));
  const files = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const file = join(folder, name);
    for (const [, , specifier] of readFileSync(file, "utf8").matchAll(statement))
      files.add(join(dirname(file), specifier));
  }
  return [...files].sort().map((file) => ({ name: entries.get(file) ?? nameOf(file), file }));
}

/** `src/autograd/functional.ts` is `namespace-autograd-functional`. */
function nameOf(file: string): string {
  return `namespace-${file.replace(/^src[\\/]|([\\/]index)?\.ts$/g, "").replaceAll(/[\\/]/g, "-")}`;
}

/**
 * Keeps each namespace a file of its own. Bundled into another file it would become an object with a property for each
 * export, and whoever bundles that file would keep all of them for the sake of one.
 */
export function separateNamespaces(namespaces: readonly Namespace[]): Plugin {
  const names = new Map(namespaces.map(({ name, file }) => [resolve(file), name]));
  return {
    name: "separate-namespaces",
    setup(build) {
      build.onResolve({ filter: /^namespace:/ }, ({ path, resolveDir }) => {
        const name = names.get(resolve(resolveDir, path.slice("namespace:".length)));
        // Entries and chunks all lie side by side in dist/.
        return name === undefined ? undefined : { path: `./${name}.js`, external: true };
      });
    },
  };
}

/** The text of a module in which exported namespaces are those files. */
export function referToNamespaces(text: string): string {
  return text.replaceAll(statement, 'export * as $1 from "namespace:$2";');
}
