import { defineConfig } from "tsup";

/**
 * The build of one package: ES modules and their declarations in `dist/`, one file for each entry (`src/index.ts` gives
 * `dist/index.js`). Code that two entries share lands in a common chunk, so a class exists once whatever entry it came from.
 * There is no CommonJS build: two copies of a class would break `instanceof`, and `require()` loads ES modules.
 */
export function packageBuild(entry: Record<string, string>) {
  return defineConfig({
    entry,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    splitting: true,
    sourcemap: true,
    clean: true,
    // Types of other packages come from their built declarations, not from their sources.
    dts: { compilerOptions: { customConditions: [], ignoreDeprecations: "6.0" } },
  });
}
