import { setTimeout as sleep } from "node:timers/promises";
import { type WasmOptions, wasm } from "@cresset/backend-wasm";
import { full } from "@cresset/core";
import type { Backend } from "@cresset/core/backend";
import { Unsupported } from "../contender.ts";
import { wasmVariants } from "../variants.ts";

/** The backend with so many threads and a variant's options. @throws Unsupported where `info()` does not confirm the options. */
export async function wasmBackend(threads: number, variant?: string): Promise<Backend> {
  // Wider than the backend's options: one that it lacks shows in what it says of itself.
  const options: Readonly<Record<string, boolean>> = variant === undefined ? {} : wasmVariants[variant];
  const backend = wasm({ ...options, threads } as WasmOptions);
  await backend.initialize?.();
  for (const [name, wanted] of Object.entries(options)) confirm(backend, name, wanted);
  return backend;
}

/** Workers that have not come after so long will not. */
const mostSeconds = 15;
const side = 512;

/**
 * Waits until a registered backend has started its workers, which it does when there is work for them: it is given some.
 *
 * @throws Unsupported, with what the backend says, if they do not come.
 */
export async function startThreads(backend: Backend, threads: number): Promise<void> {
  const device = backend.name;
  const a = full([side, side], 0.5, { device });
  const deadline = performance.now() + 1000 * mostSeconds;
  while (backend.info().threads !== threads && performance.now() < deadline) {
    a.matmul(a).dataSync();
    await sleep(10);
  }
  confirm(backend, "threads", threads);
}

function confirm(backend: Backend, name: string, wanted: boolean | number): void {
  const info = backend.info();
  if (info[name] === wanted) return;
  const reasons = Object.entries(info).filter(([key, value]) => key.startsWith("why no") && value !== "");
  const why = reasons.map(([key, value]) => `; ${key}: ${value}`).join("");
  throw new Unsupported(`left out: the backend does not run with ${name}: ${wanted} (it says ${info[name]}${why})`);
}
