import { readFile } from "node:fs/promises";
import { defineConfig, type Plugin } from "vite";
import { annotate } from "../../build/droppable.ts";

/** Cresset is bundled from its sources, with what is not used left out, as its packages are built. */
const droppableSources: Plugin = {
  name: "droppable-sources",
  enforce: "pre",
  async load(id) {
    const [path] = id.split("?");
    if (!/[\\/]packages[\\/][\w-]+[\\/]src[\\/].*\.ts$/.test(path)) return null;
    return annotate(await readFile(path, "utf8"));
  },
};

/** Where memory can be shared, wasm has threads. A page needs these headers for that, and works without them. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** How long the plugin above takes is known. */
const quiet = { checks: { pluginTimings: false } };

export default defineConfig({
  root: import.meta.dirname,
  // The site may lie in any folder of a server.
  base: "./",
  resolve: { conditions: ["@cresset/source", "module", "browser", "development|production"] },
  plugins: [droppableSources],
  build: { target: "es2022", modulePreload: false, assetsInlineLimit: 0, rolldownOptions: quiet },
  worker: { format: "es", plugins: () => [droppableSources], rolldownOptions: quiet },
  server: { headers },
  preview: { headers },
});
