import { BackendError } from "@cresset/core/backend";
import { Module } from "../assembler/module.ts";
import { builtin } from "../builtin.ts";
import type { Allocator } from "../memory/allocator.ts";
import type { Threads } from "../parts.ts";
import { sharedDriverModule } from "./driver.ts";
import { Pool } from "./pool.ts";
import { everything, large } from "./schedule.ts";

const mostThreads = 64;

/** The threads of a backend: how many, and the pool that runs programs on them. */
export const threads: Threads = {
  count(wanted: number | undefined): number {
    if (wanted === undefined) return Math.min(coreCount(), mostThreads);
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= mostThreads) return wanted;
    throw new BackendError(`wasm: threads must be a whole number from 1 to ${mostThreads}, not ${wanted}`);
  },
  sharedMemory,
  whyOne(wanted: number): string {
    if (wanted === 1) return "one was asked for, or there is one core";
    return sharedMemory()
      ? ""
      : "there is no shared memory: a page must be cross-origin isolated (COOP and COEP headers)";
  },
  make: (count: number, shareAll: boolean, allocator: Allocator) => ({
    driver: sharedDriverModule().encode(),
    pool: (driver: WebAssembly.Module) => new Pool(count, shareAll ? everything : large, allocator, driver),
  }),
};

/** A page has shared memory only where it is cross-origin isolated. */
function sharedMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) return false;
  const module = new Module();
  module.importMemory("env", "memory", 1, 1, true);
  return WebAssembly.validate(module.encode());
}

function coreCount(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? builtin<typeof import("node:os")>("node:os")?.availableParallelism?.() ?? 1;
}
