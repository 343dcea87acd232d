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
      this.#giveBack();
      this.#address = this.#allocator.allocate(bytes);
      this.#bytes = bytes;
    }
    return this.#address;
  }

  /** What `allocate` gives, which gets what no program uses now where there is too little else. */
  orGiveBack(allocate: () => number): number {
    try {
      return allocate();
    } catch (error) {
      if (this.#bytes === 0) throw error;
      this.#giveBack();
      return allocate();
    }
  }

  #giveBack(): void {
    if (this.#bytes > 0) this.#allocator.release(this.#address, this.#bytes);
    this.#bytes = 0;
  }
}
