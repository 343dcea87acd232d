/**
 * Decides when values are to leave the heap, which a device may allow to be no larger than 128 MiB: each time when more than half of it
 * is in use, and an eighth more than what was left the last time. Until what left is gone, which takes a while, it goes on filling.
 */
export class HeapPressure {
  readonly #largest: number;
  /** The least that was in use since values were last asked to leave. */
  #left = 0;

  /** @param largest bytes that the heap can have. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** How many of the bytes in use are to leave. Asked before each allocation. */
  leaving(used: number): number {
    this.#left = Math.min(this.#left, used);
    if (used <= Math.max(this.#largest / 2, this.#left + this.#largest / 8)) return 0;
    this.#left = used;
    return used / 2;
  }
}
