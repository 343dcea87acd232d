/** How long a loop of awaited reads may hold the thread: shorter where people wait for the page. */
const onPage = typeof window !== "undefined" && typeof document !== "undefined";
const slice = onPage ? 16 : 50;
let last = now();

function now(): number {
  return typeof performance === "undefined" ? Date.now() : performance.now();
}

/**
 * A promise of a real task once the thread has been held too long, else null: awaiting resolved promises alone never
 * lets a page paint, timers fire, or finalizers run.
 */
export function pause(): Promise<void> | null {
  const time = now();
  if (time - last < slice) return null;
  return new Promise((resolve) => {
    setTimeout(() => {
      last = now();
      resolve();
    }, 0);
  });
}
