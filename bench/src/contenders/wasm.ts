import { type WasmOptions, wasm } from "@cresset/backend-wasm";
import type { Backend } from "@cresset/core/backend";
import { Unsupported } from "../contender.ts";
import { wasmVariants } from "../variants.ts";

/** The backend with so many threads and a variant's options. @throws Unsupported where `info()` does not confirm them. */
export async function wasmBackend(threads: number, variant?: string): Promise<Backend> {
  // Wider than the backend's options: one that it lacks shows in what it says of itself.
  const options: WasmOptions & Readonly<Record<string, boolean | number>> = {
    threads,
    ...(variant === undefined ? {} : wasmVariants[variant]),
  };
  const backend = wasm(options);
  await backend.initialize?.();
  const info = backend.info();
  for (const [name, wanted] of Object.entries(options)) {
    if (info[name] !== wanted)
      throw new Unsupported(`left out: the backend does not run with ${name}: ${wanted} (it says ${info[name]})`);
  }
  return backend;
}
