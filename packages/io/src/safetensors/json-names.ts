import { hashFactors, hashOfText, isSameText } from "./json-text.ts";

const fewest = 8;

/** Names in JSON, each once, as places in its text: a set of texts would take several times as much as the text. */
export class JsonNames {
  readonly #bytes: Uint8Array;
  /** Chosen anew each time, so that nobody can write names that all meet in one place. */
  readonly #factor = 1 + Math.floor(Math.random() * (hashFactors - 1));
  /** Where names begin; 0, at which none does, where there is none. */
  #slots = new Uint32Array(fewest);
  #size = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Adds the name that begins at `at`, behind its quote. Whether it was not there yet. */
  add(at: number): boolean {
    const slot = this.#slotOf(at);
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = at;
    if (++this.#size > 0.75 * this.#slots.length) this.#grow();
    return true;
  }

  /** Where the names are, in the order of the text. */
  places(): Uint32Array {
    return this.#slots.filter((at) => at !== 0).sort();
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(2 * before.length);
    for (const at of before) if (at !== 0) this.#slots[this.#slotOf(at)] = at;
  }

  /** Where a name is, or is to be. */
  #slotOf(at: number): number {
    const last = this.#slots.length - 1;
    let slot = hashOfText(this.#bytes, at, this.#factor) & last;
    while (this.#slots[slot] !== 0 && !isSameText(this.#bytes, this.#slots[slot], at)) slot = (slot + 1) & last;
    return slot;
  }
}
