import type { Allocator } from "./allocator.ts";

/**
 * Memory that programs need while they run: for temporary values, and as scratch memory of kernels. It is as large as the largest
 * program needed, and kept for the next one until there is no other memory left.
 */
export class Workspace {
  readonly #allocator: Allocator;
  #address = 0;
  #bytes = 0;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  /** The address of so many bytes. @throws BackendError where there are not so many. */
  take(bytes: number): number {
    if (bytes > this.#bytes) {
      this.giveBack();
      this.#address = this.#allocator.allocate(bytes);
      this.#bytes = bytes;
    }
    return this.#address;
  }

  /** Whether so many bytes can be had. */
  has(bytes: number): boolean {
    try {
      this.take(bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** What no program uses now goes back to the allocator. Says whether there was anything. */
  giveBack(): boolean {
    if (this.#bytes === 0) return false;
    this.#allocator.release(this.#address, this.#bytes);
    this.#bytes = 0;
    return true;
  }
}
