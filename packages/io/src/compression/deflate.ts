/**
 * Deflate: https://www.rfc-editor.org/rfc/rfc1951. It is unpacked here and not by a library, since those in JavaScript leave four
 * times what they unpack behind as garbage, and those of runtimes keep all of it: a thousand times the file.
 */
import { FormatError } from "../errors.ts";
import type { Output } from "./output.ts";

/** It refers no further back. */
export const mostDistance = 32_768;
/** It makes no more bytes than this of one. */
export const mostRatio = 1032;

const damaged = (): FormatError => new FormatError("a compressed part (deflate) is damaged");

const longest = 15;
const endOfBlock = 256;
const [literals, distances] = [286, 30];

/** The order in which lengths of codes of lengths stand. */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Of codes in groups, each with one bit more that follows: how many bits, and the least number. */
function numbers(
  count: number,
  perGroup: number,
  least: number,
): { readonly extra: Uint8Array; readonly base: Uint16Array } {
  const extra = Uint8Array.from({ length: count }, (_, i) => Math.max(0, Math.floor(i / perGroup) - 1));
  const base = new Uint16Array(count);
  for (let i = 0, at = least; i < count; at += 2 ** extra[i++]) base[i] = at;
  return { extra, base };
}
const lengthCodes = numbers(29, 4, 3);
// The last stands for the largest length alone.
lengthCodes.extra[28] = 0;
lengthCodes.base[28] = 258;
const distanceCodes = numbers(30, 2, 1);

/** Longer codes are found bit by bit. */
const mostAtOnce = 9;

/** Symbols by their codes. */
class Codes {
  /** By the next bits: a symbol and, in the lowest four bits, how many of the bits are its code; 0 where the code is longer. */
  readonly table = new Uint16Array(1 << mostAtOnce);
  /** How many codes there are of each length, and their symbols in the order of codes. */
  readonly #counts = new Uint16Array(longest + 1);
  readonly #symbols = new Uint16Array(288);
  readonly #next = new Uint16Array(longest + 1);

  /** @param isExact whether there must be a code for all bits, even if there is but one symbol. */
  set(lengths: Uint8Array, isExact: boolean): void {
    const [counts, next] = [this.#counts.fill(0), this.#next.fill(0)];
    for (const length of lengths) counts[length]++;
    counts[0] = 0;
    let [left, most, sum] = [1, 0, 0];
    for (let length = 1; length <= longest; length++) {
      left = 2 * left - counts[length];
      if (left < 0) throw damaged();
      if (counts[length] > 0) most = length;
      next[length] = sum;
      sum += counts[length];
    }
    if (left > 0 && (isExact || most > 1)) throw damaged();
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] > 0) this.#symbols[next[lengths[symbol]]++] = symbol;
    this.table.fill(0);
    for (let length = 1, code = 0, i = 0; length <= mostAtOnce; length++, code <<= 1)
      for (let n = counts[length]; n > 0; n--, code++, i++)
        for (let at = reversed(code, length); at < this.table.length; at += 1 << length)
          this.table[at] = (this.#symbols[i] << 4) | length;
  }

  /** As the table has it, for codes that it has not; 0 where there is no such code in the bits. */
  find(bits: number, count: number): number {
    for (let length = 1, code = 0, first = 0, at = 0; length <= count && length <= longest; length++) {
      code = (code << 1) | ((bits >>> (length - 1)) & 1);
      first <<= 1;
      const here = this.#counts[length];
      if (code - first < here) return (this.#symbols[at + code - first] << 4) | length;
      first += here;
      at += here;
    }
    return 0;
  }
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}

interface Tables {
  readonly lengths: Codes;
  readonly distances: Codes;
}

/** Tables that nobody uses now. */
const spare: Tables[] = [];

class Decoder {
  readonly #packed: Uint8Array;
  readonly #output: Output;
  readonly #lengths: Codes;
  readonly #distances: Codes;
  #at = 0;
  /** Bits that were taken from the bytes, the next one lowest, and how many there are. */
  #held = 0;
  #count = 0;
  /** What is to be repeated still. */
  #distance = 0;
  #left = 0;

  constructor(packed: Uint8Array, output: Output, { lengths, distances }: Tables) {
    this.#packed = packed;
    this.#output = output;
    this.#lengths = lengths;
    this.#distances = distances;
  }

  *run(): Generator<undefined, number> {
    for (let isLast = false; !isLast; ) {
      isLast = this.#bits(1) === 1;
      const kind = this.#bits(2);
      if (kind === 0) yield* this.#plain();
      else {
        if (kind === 1) this.#usual();
        else if (kind === 2) this.#described();
        else throw damaged();
        while (!this.#codes()) yield;
      }
    }
    return this.#at - (this.#count >> 3);
  }

  #bits(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#packed.length) throw damaged();
      this.#held |= this.#packed[this.#at++] << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  *#plain(): Generator<undefined> {
    this.#at -= this.#count >> 3;
    this.#held = this.#count = 0;
    const length = this.#bits(16);
    if (this.#bits(16) !== (length ^ 0xffff) || this.#at + length > this.#packed.length) throw damaged();
    for (const end = this.#at + length; this.#at < end; ) {
      this.#at += this.#output.put(this.#packed, this.#at, end);
      if (this.#output.isFull) yield;
    }
  }

  #usual(): void {
    const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
    this.#lengths.set(lengths, true);
    this.#distances.set(new Uint8Array(32).fill(5), true);
  }

  #described(): void {
    const [count, distanceCount, codes] = [257 + this.#bits(5), 1 + this.#bits(5), 4 + this.#bits(4)];
    if (count > literals || distanceCount > distances) throw damaged();
    const described = new Uint8Array(order.length);
    for (let i = 0; i < codes; i++) described[order[i]] = this.#bits(3);
    this.#lengths.set(described, true);
    const lengths = new Uint8Array(count + distanceCount);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#symbol(this.#lengths);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw damaged();
      const value = symbol === 16 ? lengths[i - 1] : 0;
      const end = i + (symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7));
      if (end > lengths.length) throw damaged();
      lengths.fill(value, i, end);
      i = end;
    }
    if (lengths[endOfBlock] === 0) throw damaged();
    this.#lengths.set(lengths.subarray(0, count), false);
    this.#distances.set(lengths.subarray(count), false);
  }

  #symbol(codes: Codes): number {
    // The end may be nearer than the longest code.
    while (this.#count < longest && this.#at < this.#packed.length) {
      this.#held |= this.#packed[this.#at++] << this.#count;
      this.#count += 8;
    }
    const found = codes.table[this.#held & (codes.table.length - 1)] || codes.find(this.#held, this.#count);
    const length = found & 15;
    if (length === 0 || length > this.#count) throw damaged();
    this.#held >>>= length;
    this.#count -= length;
    return found >> 4;
  }

  /** Unpacks up to a block's end, or until the output is full. @returns whether it is the end. */
  #codes(): boolean {
    const output = this.#output;
    for (;;) {
      if (this.#left > 0) {
        this.#left -= output.repeat(this.#distance, this.#left);
        if (this.#left > 0 || output.isFull) return false;
      }
      const symbol = this.#symbol(this.#lengths);
      if (symbol < endOfBlock) {
        output.add(symbol);
        if (output.isFull) return false;
        continue;
      }
      if (symbol === endOfBlock) return true;
      const length = symbol - endOfBlock - 1;
      if (symbol >= literals) throw damaged();
      const left = lengthCodes.base[length] + this.#bits(lengthCodes.extra[length]);
      const distance = this.#symbol(this.#distances);
      if (distance >= distances) throw damaged();
      this.#distance = distanceCodes.base[distance] + this.#bits(distanceCodes.extra[distance]);
      if (this.#distance > output.made) throw damaged();
      this.#left = left;
    }
  }
}

/**
 * Unpacks it.
 *
 * @returns where it ends: something else may follow.
 * @throws FormatError for what is damaged.
 */
export function* decodeDeflate(packed: Uint8Array, output: Output): Generator<undefined, number> {
  const tables = spare.pop() ?? { lengths: new Codes(), distances: new Codes() };
  try {
    return yield* new Decoder(packed, output, tables).run();
  } finally {
    spare.push(tables);
  }
}
