import { BackendError } from "@cresset/core/backend";

/** Blocks are multiples of four words, so that a vector of four may be read at their beginning. */
const smallestWords = 4;

/** Sizes grow by halves of powers of two: 4, 6, 8, 12, 16 … */
function sizeClass(words: number): { index: number; words: number } {
  let size = smallestWords;
  let index = 0;
  while (size < words) {
    if (size * 1.5 >= words && size >= 8) return { index: index + 1, words: size * 1.5 };
    size *= 2;
    index += 2;
  }
  return { index, words: size };
}

/**
 * Places in the heap: which words are taken. Blocks that were given back are kept by size; the rest of the heap is one
 * stretch, which grows by `grow`.
 */
export class HeapAllocator {
  readonly #largest: number;
  readonly #limit: string;
  readonly #free: number[][] = [];
  #top = 0;
  /** Words that the heap has, or will have once the queue has come so far. */
  capacity: number;
  used = 0;

  /** @param limit what keeps the heap from growing further, for errors. */
  constructor(firstWords: number, largestWords: number, limit: string) {
    this.#limit = limit;
    this.capacity = Math.min(firstWords, largestWords);
    this.#largest = largestWords;
  }

  /**
   * The first word of a block.
   *
   * @param grow called with the new capacity, and with how much of the old one is taken, where the heap is too small.
   * @throws BackendError where the heap cannot grow enough.
   */
  allocate(words: number, grow: (capacity: number, top: number) => void): number {
    const { index, words: size } = sizeClass(words);
    const reused = this.#free[index]?.pop();
    if (reused !== undefined) {
      this.used += size;
      return reused;
    }
    if (this.#top + size > this.capacity) {
      const capacity = Math.min(this.#largest, Math.max(2 * this.capacity, this.#top + size));
      if (this.#top + size > capacity)
        throw new BackendError(
          `webgpu: out of memory: ${4 * this.used} bytes of small values are in use, and ${4 * words} more exceed ${this.#limit}. Keep fewer tensors, or read them to the host.`,
        );
      this.capacity = capacity;
      grow(capacity, this.#top);
    }
    const at = this.#top;
    this.#top += size;
    this.used += size;
    return at;
  }

  /** The heap could not grow: it has so many words, of which those from `top` on are free. */
  shrink(words: number, top: number): void {
    this.capacity = words;
    this.#top = top;
    // What was given back behind it, while a larger heap was still hoped for, is part of that.
    for (const [index, offsets] of this.#free.entries())
      if (offsets !== undefined) this.#free[index] = offsets.filter((offset) => offset < top);
  }

  /** A block that was never there is not used again. */
  forget(words: number): void {
    this.used -= sizeClass(words).words;
  }

  release(offset: number, words: number): void {
    const { index, words: size } = sizeClass(words);
    this.used -= size;
    this.#free[index] ??= [];
    this.#free[index].push(offset);
  }
}
