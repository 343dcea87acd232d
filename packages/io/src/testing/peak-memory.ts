/** How much memory a task holds at once, all kinds counted. */
import v8 from "node:v8";

interface Statistics {
  readonly gcType: string;
  readonly afterGC: { readonly heapStatistics: { readonly usedHeapSize: number; readonly externalMemory: number } };
}

/**
 * The most bytes that are reachable while a task runs, beyond those that are while nothing but garbage is made: objects, texts
 * and array buffers. They are counted after each full collection; the process has to be one of
 * `--expose-gc --gc-global --max-semi-space-size=2`, so that there is one whenever a megabyte or two were made.
 */
export async function peakOf(task: () => Promise<unknown>): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("peakOf() needs --expose-gc");
  gc();
  const before = await mostHeld(async () => {
    for (let i = 0; i < 100_000; i++) garbage = [i];
  });
  return Math.max(0, (await mostHeld(task)) - before);
}

/** Is looked at by nobody. */
export let garbage: readonly number[] = [];

async function mostHeld(task: () => Promise<unknown>): Promise<number> {
  const profiler = new v8.GCProfiler();
  profiler.start();
  await task();
  const { statistics } = profiler.stop() as unknown as { readonly statistics: readonly Statistics[] };
  let most = 0;
  for (const { gcType, afterGC } of statistics) {
    const { usedHeapSize, externalMemory } = afterGC.heapStatistics;
    if (gcType !== "Scavenge") most = Math.max(most, usedHeapSize + externalMemory);
  }
  return most;
}
