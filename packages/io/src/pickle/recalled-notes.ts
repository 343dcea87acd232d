/** Which notes of a pickle are recalled: Python notes every value, and recalls few. */
export class RecalledNotes {
  readonly #bits: Uint32Array;
  /** How many are recalled before those of each word of bits. */
  #before: Uint32Array | null = null;

  /** @param size bytes of the pickle: each note takes one at least. */
  constructor(size: number) {
    this.#bits = new Uint32Array((size >>> 5) + 1);
  }

  /** Adds one that is recalled; those that cannot have been noted in order do not matter. */
  add(note: number): void {
    if (note >= 0 && note < 32 * this.#bits.length && Number.isInteger(note))
      this.#bits[note >>> 5] |= 1 << (note & 31);
  }

  /** How many there are. All have been added. */
  get count(): number {
    return this.#ranks()[this.#bits.length];
  }

  /** The place of a note among those that are recalled; -1 for one that is not. */
  placeOf(note: number): number {
    if (!Number.isInteger(note)) return -1;
    const bits = this.#bits[note >>> 5] ?? 0;
    const bit = note & 31;
    return (bits >>> bit) % 2 === 1 ? this.#ranks()[note >>> 5] + ones(bits & ((1 << bit) - 1)) : -1;
  }

  #ranks(): Uint32Array {
    if (this.#before === null) {
      this.#before = new Uint32Array(this.#bits.length + 1);
      for (let i = 0; i < this.#bits.length; i++) this.#before[i + 1] = this.#before[i] + ones(this.#bits[i]);
    }
    return this.#before;
  }
}

/** How many bits of a word are set. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
