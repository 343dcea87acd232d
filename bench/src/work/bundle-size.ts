/** Compressed size of what a page loads: the classifier's program with named imports, and the library as a whole. */
import { readFileSync } from "node:fs";
import { assetBytes, measureBundle } from "../bundle.ts";
import type { Outcome } from "../outcome.ts";
import type { SizeRecord } from "../records.ts";

interface Subject {
  readonly contender: string;
  /** The program of `programs/`. */
  readonly program: string;
  /** Packages that make up the library as a whole. */
  readonly whole: readonly string[];
  /** Files that the page loads besides its JavaScript. */
  readonly assets: readonly string[];
}

function subjects(): Subject[] {
  const umbrella = new URL("../../../packages/cresset/package.json", import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(umbrella, "utf8")) as { dependencies: Record<string, string> };
  // The umbrella counts for the best backend that it brings along.
  const umbrellaHasWasm = "@cresset/backend-wasm" in dependencies;
  return [
    { contender: "cresset-cpu", program: "cresset-cpu", whole: umbrellaHasWasm ? [] : ["cresset"], assets: [] },
    { contender: "cresset-wasm", program: "cresset-wasm", whole: umbrellaHasWasm ? ["cresset"] : [], assets: [] },
    { contender: "jax-js-wasm", program: "jax-js-wasm", whole: ["@jax-js/jax"], assets: [] },
    {
      contender: "tfjs-wasm",
      program: "tfjs-wasm",
      whole: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"],
      // Of the backend's three files, the one that today's browsers load without cross-origin isolation.
      assets: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
    },
    { contender: "tfjs-cpu", program: "tfjs-cpu", whole: ["@tensorflow/tfjs"], assets: [] },
  ];
}

/** Everything a package exports, kept. */
function wholeCode(packages: readonly string[]): string {
  const imports = packages.map((name, i) => `import * as all${i} from "${name}";`);
  return [...imports, `export default [${packages.map((_, i) => `all${i}`).join(", ")}];`].join("\n");
}

export async function bundleSize(
  what: "classifier" | "umbrella",
  wanted: (contender: string) => boolean,
): Promise<Outcome> {
  const records: SizeRecord[] = [];
  const notes: string[] = [];
  const failures: string[] = [];
  for (const { contender, program, whole, assets } of subjects()) {
    if (!wanted(contender)) continue;
    if (what === "umbrella" && whole.length === 0) {
      notes.push(`${contender}: the umbrella counts for another backend`);
      continue;
    }
    const code = what === "classifier" ? `export { default } from "./${program}.ts";` : wholeCode(whole);
    try {
      const { bytes, later } = await measureBundle(code);
      const extra = assets.reduce((sum, asset) => sum + assetBytes(asset), 0);
      records.push({ work: `bundle-${what}`, contender, threads: 1, bytes: bytes + extra });
      if (extra > 0) notes.push(`${contender}: ${kib(extra)} of it for its .wasm file`);
      if (later > 0) notes.push(`${contender}: ${kib(later)} more in parts that are loaded on demand, not counted`);
    } catch (error) {
      failures.push(`${contender}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { records, notes, failures };
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
