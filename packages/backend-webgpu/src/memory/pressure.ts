const firstLimit = 256 * 1024 ** 2;
const firstCount = 16_384;
/** Smaller arrays do not matter, and noting each would cost more than reading it. */
const worthNoting = 16_384;
/** How many times the limit may be allocated before what came back is forgotten. */
const window = 8;

/**
 * Decides when the runtime is to move values to host arrays, which frees those that nobody can reach any more. Ordinary
 * loops only leave garbage behind, so the limit starts low; where much of what was moved comes back, the live data are
 * larger, and the limit doubles.
 */
export class Pressure {
  readonly #largest: number;
  #limit: number;
  /** Values, however small, cost objects: beyond so many all that are not in use are moved. */
  #countLimit = firstCount;
  #tooMany = false;
  #count = 0;
  /** Host arrays that a buffer had the content of: one that is written again comes back. */
  readonly #known = new WeakSet<object>();
  #allocated = 0;
  #returned = 0;

  /** @param largest the most bytes of live values. */
  constructor(largest: number) {
    this.#largest = largest;
    this.#limit = Math.min(firstLimit, largest);
  }

  /** Bytes after which the runtime moves values. */
  get limit(): number {
    if (this.#count > this.#countLimit) this.#tooMany = true;
    return this.#tooMany ? 0 : this.#limit;
  }

  get values(): number {
    return this.#count;
  }

  allocated(bytes: number): void {
    if (this.#tooMany) {
      // Asked for once; values leave when their content has arrived.
      this.#tooMany = false;
      this.#countLimit = Math.max(firstCount, this.#count + firstCount);
    }
    this.#count++;
    this.#allocated += bytes;
    if (this.#allocated < window * this.#limit) return;
    this.#allocated = 0;
    this.#returned = 0;
  }

  released(): void {
    this.#count--;
    if (this.#countLimit > firstCount && this.#count < firstCount / 2) this.#countLimit = firstCount;
  }

  /** A value's content was copied to `array`. */
  read(array: object, bytes: number): void {
    if (bytes >= worthNoting) this.#known.add(array);
  }

  /** A value was filled from `array`. */
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
