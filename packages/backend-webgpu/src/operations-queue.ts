/**
 * Operations on the device in the order in which they were asked for. One that waits for something (its pipelines) makes
 * later ones wait too, but never the thread.
 */
export class OperationQueue {
  readonly #waiting: { readonly ready: Promise<unknown> | null; readonly act: () => void }[] = [];
  #draining = false;

  /** Whether operations are waiting. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Acts at once if nothing waits and there is nothing to wait for. `act` must not throw. */
  add(ready: Promise<unknown> | null, act: () => void): void {
    if (ready === null && this.#waiting.length === 0) {
      act();
      return;
    }
    this.#waiting.push({ ready, act });
    if (!this.#draining) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#waiting.length > 0) {
      const { ready, act } = this.#waiting[0];
      // Whoever made the promise reports why it failed.
      if (ready !== null) await ready.catch(() => undefined);
      act();
      this.#waiting.shift();
    }
    this.#draining = false;
  }
}
