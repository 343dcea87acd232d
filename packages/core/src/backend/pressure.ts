/** Buffers, however small, cost objects: of more than so many, all that are not in use are to be moved. */
const firstCount = 16_384;
/** Smaller arrays do not matter, and noting each would cost more than reading it. */
const worthNoting = 16_384;
/** How many times the limit may be allocated before what came back is forgotten. */
const window = 8;

/**
 * Decides for a backend when the runtime is to move values to host arrays (`Backend.memoryLimit`), which frees those that
 * nobody can reach any more. Ordinary loops only leave garbage behind, so the limit starts low; where much of what was moved
 * comes back, the live data are larger, and the limit doubles. A backend tells it what becomes of its buffers.
 *
 * @example
 * const pressure = new Pressure(gibibyte, 16 * mebibyte, (count) => 2 * count);
 * // In the backend: get memoryLimit() { return pressure.limit; }
 */
export class Pressure {
  readonly #largest: number;
  #limit: number;
  readonly #more: (count: number) => number;
  #countLimit = firstCount;
  #tooMany = false;
  #count = 0;
  /** Host arrays that a buffer had the content of: one that is written again comes back. */
  readonly #known = new WeakSet<object>();
  #allocated = 0;
  #returned = 0;

  /**
   * @param largest the most bytes of live values.
   * @param first bytes to begin with.
   * @param more how many buffers there may be next time, where so many were left when moving was over.
   */
  constructor(largest: number, first: number, more: (count: number) => number) {
    this.#largest = largest;
    this.#limit = Math.min(first, largest);
    this.#more = more;
  }

  /** Bytes after which the runtime moves values. */
  get limit(): number {
    if (this.#count > this.#countLimit) this.#tooMany = true;
    return this.#tooMany ? 0 : this.#limit;
  }

  /** How many buffers there are. */
  get buffers(): number {
    return this.#count;
  }

  /** There is a new buffer of so many bytes. */
  allocated(bytes: number): void {
    if (this.#tooMany) {
      this.#tooMany = false;
      this.#countLimit = Math.max(firstCount, this.#more(this.#count));
    }
    this.#count++;
    this.#allocated += bytes;
    if (this.#allocated < window * this.#limit) return;
    this.#allocated = 0;
    this.#returned = 0;
  }

  /** A buffer was given back. */
  released(): void {
    this.#count--;
    if (this.#count < firstCount / 2) this.#countLimit = firstCount;
  }

  /** A buffer's content was copied to `array`. */
  read(array: object, bytes: number): void {
    if (bytes >= worthNoting) this.#known.add(array);
  }

  /** A buffer was filled from `array`. */
  written(array: object, bytes: number): void {
    if (bytes < worthNoting) return;
    if (!this.#known.has(array)) {
      this.#known.add(array);
      return;
    }
    this.#returned += bytes;
    if (this.#returned < this.#limit / 2) return;
    this.#limit = Math.min(2 * this.#limit, this.#largest);
    this.#allocated = 0;
    this.#returned = 0;
  }
}
