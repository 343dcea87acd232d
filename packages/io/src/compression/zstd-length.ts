/**
 * How long the content of Zstandard's blocks is, found by going through all that is coded in them without making any of it. RFC
 * 8878, section 3.1.1.3.
 */
import { BackwardBits, bits } from "./bits.ts";
import { CodeLengths, EntropyError, StateTable } from "./entropy.ts";

/** The least number of each code, and how many bits follow that say how much more it is. */
interface Codes {
  readonly base: readonly number[];
  readonly extra: readonly number[];
  readonly largestLog: number;
  /** How often each comes if a block does not say. */
  readonly usual: StateTable;
}

function codes(from: number, extra: readonly number[], largestLog: number, usualLog: number, usual: readonly number[]): Codes {
  const base: number[] = [];
  for (let code = 0, least = from; code < extra.length; least += 2 ** extra[code++]) base.push(least);
  const table = new StateTable();
  table.set(usualLog, usual);
  return { base, extra, largestLog, usual: table };
} // biome-ignore format: one list of parameters

const many = (count: number, value: number): number[] => new Array<number>(count).fill(value);
const literalCodes = codes(
  0,
  [...many(16, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  6,
  [4, 3, ...many(11, 2), 1, 1, 1, ...many(9, 2), 3, 2, ...many(5, 1), ...many(4, -1)],
);
const matchCodes = codes(
  3,
  [...many(32, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  6,
  [1, 4, 3, ...many(6, 2), ...many(37, 1), ...many(7, -1)],
);
/** An offset's code is how many bits it has after its highest one. */
const offsetCodes = codes(
  1,
  Array.from({ length: 32 }, (_, code) => code),
  8,
  5,
  [...many(6, 1), 2, 2, 2, ...many(15, 1), ...many(5, -1)],
);

const modes = { usual: 0, only: 1, described: 2, same: 3 };
const literalKinds = { plain: 0, repeated: 1, compressed: 2, sameCodes: 3 };

/** Goes through the compressed blocks of a frame, one after the other: later ones may have the tables of earlier ones. */
export class BlockLengths {
  readonly #codes = new CodeLengths();
  /** Of lengths of literals, of offsets, and of lengths of what is repeated. */
  readonly #tables = [literalCodes, offsetCodes, matchCodes].map(
    (of): Table => ({ of, own: new StateTable(), now: null }),
  );
  /** The last three distances. */
  #distances: readonly number[] = [];

  /** Begins a frame, in which there are no tables yet. */
  begin(): void {
    this.#codes.isKnown = false;
    this.#distances = [1, 4, 8];
    for (const table of this.#tables) table.now = null;
  }

  /**
   * How many bytes of content there are after a block.
   *
   * @param made how many there are before it, which it may refer to.
   * @throws EntropyError for one that is damaged.
   */
  after(block: Uint8Array, made: number): number {
    const { literals, end } = this.#literals(block);
    return this.#sequences(block.subarray(end), literals, made);
  }

  /** How many literals the block has, and where they end. */
  #literals(block: Uint8Array): { readonly literals: number; readonly end: number } {
    const field = (from: number, width: number): number => {
      if (from + width > 8 * block.length) throw new EntropyError();
      return bits(block, from, width);
    };
    const kind = field(0, 2);
    const form = field(2, 2);
    if (kind === literalKinds.plain || kind === literalKinds.repeated) {
      const [start, from, width] = form % 2 === 0 ? [1, 3, 5] : form === 1 ? [2, 4, 12] : [3, 4, 20];
      const literals = field(from, width);
      const end = start + (kind === literalKinds.plain ? literals : 1);
      if (end > block.length) throw new EntropyError();
      return { literals, end };
    }
    const width = [10, 10, 14, 18][form];
    const start = [3, 3, 4, 5][form];
    const literals = field(4, width);
    const end = start + field(4 + width, width);
    if (end > block.length) throw new EntropyError();
    const described = kind === literalKinds.compressed ? this.#codes.read(block.subarray(start, end)) : 0;
    if (!this.#codes.isKnown) throw new EntropyError();
    const packed = block.subarray(start + described, end);
    if (form === 0) this.#codes.requireSymbols(packed, literals);
    else this.#fourStreams(packed, literals);
    return { literals, end };
  }

  #fourStreams(packed: Uint8Array, literals: number): void {
    const each = Math.ceil(literals / 4);
    // Decoders refuse fewer, too.
    if (packed.length < 10 || literals < 6 || 3 * each > literals) throw new EntropyError();
    let at = 6;
    for (let i = 0; i < 4; i++) {
      const next = i < 3 ? at + bits(packed, 16 * i, 16) : packed.length;
      if (next > packed.length) throw new EntropyError();
      this.#codes.requireSymbols(packed.subarray(at, next), i < 3 ? each : literals - 3 * each);
      at = next;
    }
  }

  /** Goes through literals and repetitions; gives how many bytes there are after them. */
  #sequences(section: Uint8Array, literals: number, before: number): number {
    const [first = 0, second = 0, third = 0] = section;
    let at = first < 128 ? 1 : first < 255 ? 2 : 3;
    const count = first < 128 ? first : first < 255 ? (first - 128) * 256 + second : second + third * 256 + 0x7f00;
    if (section.length < at || (count === 0 && section.length > at)) throw new EntropyError();
    if (count === 0) return before + literals;
    const forms = section[at++];
    if (section.length < at || (forms & 3) !== 0) throw new EntropyError();
    const [lengths, offsets, matches] = this.#tables.map((table, i) => {
      at += this.#readTable(table, (forms >> (6 - 2 * i)) & 3, section.subarray(at));
      if (table.now === null) throw new EntropyError();
      return { of: table.of, now: table.now };
    });
    const from = new BackwardBits(section.subarray(at));
    let [a, b, c] = [lengths, offsets, matches].map(({ now }) => from.take(now.log));
    let [made, left] = [before, literals];
    for (let i = 0; i < count; i++) {
      if (i > 0) {
        a = lengths.now.next(a, from);
        c = matches.now.next(c, from);
        b = offsets.now.next(b, from);
      }
      const offset = numberOf(offsets, b, from);
      const match = numberOf(matches, c, from);
      const length = numberOf(lengths, a, from);
      left -= length;
      made += length;
      if (left < 0 || from.left < 0 || !(this.#distance(offset, length) <= made)) throw new EntropyError();
      made += match;
    }
    if (from.left !== 0) throw new EntropyError();
    return made + left;
  }

  /** Which table a block has for a kind of code; gives how many bytes say so. */
  #readTable(table: Table, mode: number, bytes: Uint8Array): number {
    const { of, own } = table;
    if (mode === modes.same) return 0;
    table.now = mode === modes.usual ? of.usual : own;
    if (mode === modes.usual) return 0;
    if (mode === modes.described) return own.read(bytes, of.largestLog, of.base.length - 1);
    if (bytes.length === 0 || bytes[0] >= of.base.length) throw new EntropyError();
    own.setOnly(bytes[0]);
    return 1;
  }

  /** How far back what is repeated begins: the first three offsets stand for the last distances. */
  #distance(offset: number, literals: number): number {
    const [last, second, third] = this.#distances;
    if (offset > 3) {
      this.#distances = [offset - 3, last, second];
      return offset - 3;
    }
    const which = offset + (literals === 0 ? 1 : 0);
    if (which === 1) return last;
    const distance = which === 2 ? second : which === 3 ? third : last - 1;
    this.#distances = which === 2 ? [distance, last, third] : [distance, last, second];
    return distance === 0 ? Number.NaN : distance;
  }
}

interface Table {
  readonly of: Codes;
  readonly own: StateTable;
  /** The one that the last block had; null before there was one. */
  now: StateTable | null;
}

function numberOf(
  { of, now }: { readonly of: Codes; readonly now: StateTable },
  state: number,
  from: BackwardBits,
): number {
  const code = now.symbols[state];
  return of.base[code] + from.take(of.extra[code]);
}
