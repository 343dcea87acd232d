/** How Zstandard codes symbols: by tables of states (FSE), and by Huffman's codes. RFC 8878, sections 4.1 and 4.2. */
import { BackwardBits, bits } from "./bits.ts";

const mostLog = 9;
const log2 = (n: number): number => 31 - Math.clz32(n);

/** Something is damaged; whoever knows what it is says so. */
export class EntropyError extends Error {}

/** A table of states: of each, the symbol that it stands for, and how the next one is found. */
export class StateTable {
  log = 0;
  readonly symbols = new Uint8Array(1 << mostLog);
  readonly #bits = new Uint8Array(1 << mostLog);
  readonly #next = new Uint16Array(1 << mostLog);

  /** One symbol, always. */
  setOnly(symbol: number): void {
    this.log = 0;
    this.symbols[0] = symbol;
    this.#bits[0] = 0;
    this.#next[0] = 0;
  }

  /** From how often each symbol comes, of 2^log; −1 for less than once. @throws EntropyError where that does not add up. */
  set(log: number, counts: readonly number[]): void {
    const size = 1 << log;
    const states = counts.map((count) => (count === -1 ? 1 : count));
    let high = size;
    for (const [symbol, count] of counts.entries()) if (count === -1) this.symbols[--high] = symbol;
    const step = (size >> 1) + (size >> 3) + 3;
    let at = 0;
    for (const [symbol, count] of counts.entries())
      for (let i = 0; i < count; i++) {
        this.symbols[at] = symbol;
        do at = (at + step) & (size - 1);
        while (at >= high);
      }
    if (at !== 0) throw new EntropyError();
    for (let i = 0; i < size; i++) {
      const state = states[this.symbols[i]]++;
      this.#bits[i] = log - log2(state);
      this.#next[i] = (state << this.#bits[i]) - size;
    }
    this.log = log;
  }

  /** Reads a description; returns how many bytes it has. @throws EntropyError for one that is damaged. */
  read(bytes: Uint8Array, largestLog: number, largestSymbol: number): number {
    let at = 0;
    const take = (count: number): number => {
      if (at + count > 8 * bytes.length) throw new EntropyError();
      at += count;
      return bits(bytes, at - count, count);
    };
    const log = take(4) + 5;
    if (log > largestLog) throw new EntropyError();
    const counts: number[] = [];
    for (let left = 1 << log; left > 0; ) {
      // Of the numbers up to left + 1, the first ones take a bit less than the others.
      const width = log2(left + 1) + 1;
      const short = (1 << width) - 2 - left;
      let value = take(width - 1);
      if (value >= short && take(1) === 1) value += (1 << (width - 1)) - short;
      const count = value - 1;
      left -= Math.abs(count);
      counts.push(count);
      for (let more = count === 0 ? 3 : 0; more === 3; ) {
        more = take(2);
        for (let i = 0; i < more; i++) counts.push(0);
      }
      if (left < 0 || counts.length > largestSymbol + 1) throw new EntropyError();
    }
    this.set(log, counts);
    return Math.ceil(at / 8);
  }

  /** The state after another one. */
  next(state: number, from: BackwardBits): number {
    return this.#next[state] + from.take(this.#bits[state]);
  }
}

const mostHuffmanBits = 11;

const mostSymbols = 256;

/** Huffman's codes. */
export class Codes {
  /** By as many bits as the longest code has. */
  readonly #lengths = new Uint8Array(1 << mostHuffmanBits);
  readonly #symbols = new Uint8Array(1 << mostHuffmanBits);
  readonly #table = new StateTable();
  /** Of symbols. */
  readonly #weights = new Uint8Array(mostSymbols);
  #longest = 0;
  /** Whether there are any. */
  isKnown = false;

  /** Reads a description; returns how many bytes it has. @throws EntropyError for one that is damaged. */
  read(bytes: Uint8Array): number {
    if (bytes.length === 0) throw new EntropyError();
    const [header] = bytes;
    const size = header < 128 ? header : (header - 126) >> 1;
    const content = bytes.subarray(1, 1 + size);
    if (content.length < size) throw new EntropyError();
    /** How many symbols have each weight. */
    const counts = new Array<number>(mostHuffmanBits + 2).fill(0);
    let symbols = 0;
    const add = (weight: number): void => {
      if (weight > mostHuffmanBits || symbols === mostSymbols - 1) throw new EntropyError();
      this.#weights[symbols++] = weight;
      counts[weight]++;
    };
    if (header < 128) this.#packedWeights(content, add);
    else for (let i = 0; i < header - 127; i++) add(i % 2 === 0 ? content[i >> 1] >> 4 : content[i >> 1] & 15);
    this.#set(counts, symbols);
    return 1 + size;
  }

  #packedWeights(content: Uint8Array, add: (weight: number) => void): void {
    const table = this.#table;
    const from = new BackwardBits(content.subarray(table.read(content, 6, mostHuffmanBits + 1)));
    // Two states take turns, until one lacks bits for the next; then the other one is left.
    let [state, other] = [from.take(table.log), from.take(table.log)];
    if (from.left < 0) throw new EntropyError();
    for (;;) {
      add(table.symbols[state]);
      state = table.next(state, from);
      if (from.left < 0) break;
      [state, other] = [other, state];
    }
    add(table.symbols[other]);
  }

  #set(counts: number[], symbols: number): void {
    let sum = 0;
    for (let weight = 1; weight < counts.length; weight++) sum += counts[weight] * 2 ** (weight - 1);
    const longest = log2(sum) + 1;
    const rest = 2 ** longest - sum;
    if (sum === 0 || longest > mostHuffmanBits || (rest & (rest - 1)) !== 0) throw new EntropyError();
    // The last symbol's weight is not there: it is what fills the table up.
    this.#weights[symbols] = log2(rest) + 1;
    counts[log2(rest) + 1]++;
    // There are at least two of the longest codes.
    if (counts[1] < 2 || counts[1] % 2 !== 0) throw new EntropyError();
    /** Where the next code of a weight is: in the order of weights, then of symbols. */
    const places = [0, 0];
    for (let weight = 1; weight <= longest; weight++) places.push(places[weight] + counts[weight] * 2 ** (weight - 1));
    for (let symbol = 0; symbol <= symbols; symbol++) {
      const weight = this.#weights[symbol];
      if (weight === 0) continue;
      const at = places[weight];
      places[weight] = at + 2 ** (weight - 1);
      this.#lengths.fill(longest + 1 - weight, at, places[weight]);
      this.#symbols.fill(symbol, at, places[weight]);
    }
    this.#longest = longest;
    this.isKnown = true;
  }

  /**
   * Goes through symbols.
   *
   * @param into where they are put, from `to` on; null where they are only counted.
   * @throws EntropyError for bytes that are not those of so many.
   */
  symbols(bytes: Uint8Array, count: number, into: Uint8Array | null, to: number): void {
    const from = new BackwardBits(bytes);
    for (let i = 0; i < count; i++) {
      if (from.left <= 0) throw new EntropyError();
      const code = from.peek(this.#longest);
      if (into !== null) into[to + i] = this.#symbols[code];
      from.left -= this.#lengths[code];
    }
    if (from.left !== 0) throw new EntropyError();
  }
}
