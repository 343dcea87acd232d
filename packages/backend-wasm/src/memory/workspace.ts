import type { Allocator } from "./allocator.ts";

/**
 * Memory that programs need while they run: for temporary values, and as scratch memory of kernels. It is as large as the largest
 * program needed, and kept for the next one until there is no other memory left.
 */
export class Workspace {
  readonly #allocator: Allocator;
  #address = 0;
  #bytes = 0;
  #isTaken = false;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
    allocator.spare = () => !this.#isTaken && this.#giveBack();
  }

  /** Whether so many bytes can be had. */
  has(bytes: number): boolean {
    try {
      this.#reserve(bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** The address of so many bytes, which are a program's until it leaves. @throws BackendError where there are not so many. */
  take(bytes: number): number {
    this.#reserve(bytes);
    this.#isTaken = true;
    return this.#address;
  }

  leave(): void {
    this.#isTaken = false;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes) return;
    this.#giveBack();
    this.#address = this.#allocator.allocate(bytes);
    this.#bytes = bytes;
  }

  #giveBack(): boolean {
    if (this.#bytes === 0) return false;
    this.#allocator.release(this.#address, this.#bytes);
    this.#bytes = 0;
    return true;
  }
}
