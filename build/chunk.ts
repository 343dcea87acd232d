import { resolve } from "node:path";
import type { Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];
type BuildOptions = Parameters<NonNullable<Options["esbuildOptions"]>>[0];

export interface OneChunk {
  readonly plugin: Plugin;
  configure(options: BuildOptions): void;
  /** The text of a module, prepared if it is one of the files. */
  join(text: string, path: string): string;
}

const specifier = "one-chunk:";

/**
 * Puts the code of a package into one chunk, of which its files show parts. By default esbuild makes a chunk of what the same
 * files use; of `core`, with its namespaces, that makes twenty-six. Where nobody bundles, to find and read a file takes longer
 * than to read a little more code. So each file imports all others, and all reach the same modules; with `treeShaking`, a
 * file would still reach only what it uses itself.
 *
 * @param files modules that become files, relative to the package's folder.
 * @param alone those that no other file may import: modules that do something by being loaded, and what few programs load.
 */
export function oneChunk(files: readonly string[], alone: readonly string[]): OneChunk {
  const joined = new Set(files.map((file) => resolve(file)));
  const separate = new Set(alone.map((file) => resolve(file)));
  const imported = [...joined].filter((file) => !separate.has(file));
  return {
    plugin: {
      name: "one-chunk",
      setup(build) {
        build.onResolve({ filter: /^one-chunk:/ }, ({ path }) => ({
          ...(path === specifier ? { path, namespace: specifier } : { path: path.slice(specifier.length) }),
          sideEffects: true,
        }));
        build.onLoad({ filter: /.*/, namespace: specifier }, () => ({
          contents: imported.map((file) => `import ${JSON.stringify(specifier + file)};`).join("\n"),
        }));
      },
    },
    configure(options) {
      options.treeShaking = false;
      options.logOverride = { "ignored-bare-import": "silent" };
    },
    join: (text, path) => (joined.has(path) ? `${text}\nimport "${specifier}";\n` : text),
  };
}
