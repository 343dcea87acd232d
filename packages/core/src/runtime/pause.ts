/** How long a loop of awaited reads may hold the thread: shorter where people wait for the page. */
const slice = typeof document === "undefined" ? 50 : 16;
/** When the thread was let go last; unknown before the first read. */
let last = Number.POSITIVE_INFINITY;

/**
 * A promise of a real task once the thread has been held too long, else null: awaiting resolved promises alone never
 * lets a page paint, timers fire, or finalizers run. The task comes after what waits already; a timer would sleep for a
 * millisecond, and in pages soon for four.
 */
export function pause(): Promise<void> | null {
  const time = performance.now();
  last = Math.min(last, time);
  if (time - last < slice) return null;
  return new Promise((resolve) => {
    const task = (): void => {
      last = performance.now();
      resolve();
    };
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
  });
}
