/** How long a loop of awaited reads may hold the thread: shorter where people wait for the page. */
const onPage = typeof window !== "undefined" && typeof document !== "undefined";
const slice = onPage ? 16 : 50;
/** When the thread was let go last; unknown before the first read. */
let last = Number.POSITIVE_INFINITY;

/**
 * A promise of a real task once the thread has been held too long, else null: awaiting resolved promises alone never
 * lets a page paint, timers fire, or finalizers run.
 */
export function pause(): Promise<void> | null {
  const time = performance.now();
  last = Math.min(last, time);
  if (time - last < slice) return null;
  return new Promise((resolve) => {
    soon(() => {
      last = performance.now();
      resolve();
    });
  });
}

/** Runs a task after what waits already. Timers would sleep for a millisecond, and in pages soon for four. */
function soon(task: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(task);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(null);
}
