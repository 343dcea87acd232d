/** Who takes part: contenders with their thread counts, and how their processes are started. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { CressetOptions } from "./contenders/cresset.ts";
import type { ProbeOptions } from "./contenders/probe.ts";
import type { TfjsOptions } from "./contenders/tfjs.ts";
import type { HostModule } from "./host.ts";
import { wasmVariants } from "./variants.ts";

/** A contender with so many threads. */
export interface Competitor {
  /** The contender's name, as reported. */
  readonly name: string;
  readonly threads: number;
  /** Program and arguments of its process. */
  readonly command: readonly string[];
}

export const allThreads = availableParallelism();

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Node's own arguments are inherited: the condition that leads to the packages' sources. */
function node(module: HostModule, options: object = {}, flags: readonly string[] = []): string[] {
  return [
    process.execPath,
    "--expose-gc",
    ...flags,
    ...process.execArgv,
    file("host.ts"),
    module,
    JSON.stringify(options),
  ];
}

function wasm(threads: number, variant?: string): Competitor {
  const name = variant === undefined ? "cresset-wasm" : `cresset-wasm+${variant}`;
  return { name, threads, command: node("cresset", { device: "wasm", threads, variant } satisfies CressetOptions) };
}

/** The Python that may have PyTorch: on Linux the distribution's, whose packages apt installs. */
export const python = process.platform === "linux" ? "/usr/bin/python3" : "python3";

function pytorch(threads: number): Competitor {
  return { name: "pytorch", threads, command: [python, file("contenders/pytorch.py"), String(threads)] };
}

const oneAndAll = allThreads === 1 ? [1] : [1, allThreads];

/** In Node, the peers' WebAssembly backends have one thread: their documentation says so, or their code. */
export function competitors(): Competitor[] {
  return [
    {
      name: "cresset-cpu",
      threads: 1,
      command: node("cresset", { device: "cpu", threads: 1 } satisfies CressetOptions),
    },
    ...oneAndAll.map((threads) => wasm(threads)),
    ...Object.keys(wasmVariants).map((variant) => wasm(1, variant)),
    ...oneAndAll.map(pytorch),
    { name: "jax-js-wasm", threads: 1, command: node("jax-js") },
    { name: "tfjs-wasm", threads: 1, command: node("tfjs", { backend: "wasm" } satisfies TfjsOptions) },
    { name: "tfjs-cpu", threads: 1, command: node("tfjs", { backend: "cpu" } satisfies TfjsOptions) },
    { name: "ort-web-wasm", threads: 1, command: node("ort-web") },
  ];
}

/** The null backend: everything of a step that is not a kernel. */
export function nullCompetitor(): Competitor {
  return {
    name: "cresset-null",
    threads: 1,
    command: node("cresset", { device: "null", threads: 1 } satisfies CressetOptions),
  };
}

/** The engine's flag for what the variant does. */
const revectorize = "--experimental-wasm-revectorize";

/** The registers-only probe with the instructions of cresset-wasm and of its variants. */
export function probeCompetitors(): Competitor[] {
  return [undefined, ...Object.keys(wasmVariants)].map((variant) => ({
    name: variant === undefined ? "cresset-wasm" : `cresset-wasm+${variant}`,
    threads: 1,
    command: node("probe", { variant } satisfies ProbeOptions, variant === "revectorize" ? [revectorize] : []),
  }));
}

/** Names that `--only` takes as contenders. */
export const contenderNames = ["cresset-null", ...new Set(competitors().map(({ name }) => name))];
