/** Zstandard's compressed blocks: RFC 8878, section 3.1.1.3. */
import { BackwardBits, bits } from "./bits.ts";
import { Codes, EntropyError, StateTable } from "./entropy.ts";
import type { Output } from "./output.ts";

/** Numbers in codes: the least of each, and how many bits follow that say how much more it is. */
interface Numbers {
  readonly base: readonly number[];
  readonly extra: readonly number[];
  readonly largestLog: number;
  /** How often each comes if a block does not say. */
  readonly usual: StateTable;
}

function codes(
  from: number,
  extra: readonly number[],
  largestLog: number,
  usualLog: number,
  usual: readonly number[],
): Numbers {
  const base: number[] = [];
  for (let code = 0, least = from; code < extra.length; least += 2 ** extra[code++]) base.push(least);
  const table = new StateTable();
  table.set(usualLog, usual);
  return { base, extra, largestLog, usual: table };
}

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

interface Literals {
  readonly count: number;
  /** Empty, where they are only counted. */
  readonly bytes: Uint8Array;
  readonly end: number;
}

/** Unpacks the compressed blocks of a frame, one after the other: later ones may have the tables of earlier ones. */
export class BlockDecoder {
  readonly #codes = new Codes();
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

  /** @throws EntropyError for a block that is damaged. */
  *decode(block: Uint8Array, output: Output): Generator<undefined> {
    const literals = this.#literals(block, output.makes);
    yield* this.#sequences(block.subarray(literals.end), literals, output);
  }

  #literals(block: Uint8Array, makes: boolean): Literals {
    const field = (from: number, width: number): number => {
      if (from + width > 8 * block.length) throw new EntropyError();
      return bits(block, from, width);
    };
    const kind = field(0, 2);
    const form = field(2, 2);
    if (kind === literalKinds.plain || kind === literalKinds.repeated) {
      const [start, from, width] = form % 2 === 0 ? [1, 3, 5] : form === 1 ? [2, 4, 12] : [3, 4, 20];
      const count = field(from, width);
      const end = start + (kind === literalKinds.plain ? count : 1);
      if (end > block.length) throw new EntropyError();
      if (kind === literalKinds.plain) return { count, bytes: block.subarray(start, end), end };
      return { count, bytes: new Uint8Array(makes ? count : 0).fill(block[start]), end };
    }
    const width = [10, 10, 14, 18][form];
    const start = [3, 3, 4, 5][form];
    const count = field(4, width);
    const end = start + field(4 + width, width);
    if (end > block.length) throw new EntropyError();
    const described = kind === literalKinds.compressed ? this.#codes.read(block.subarray(start, end)) : 0;
    if (!this.#codes.isKnown) throw new EntropyError();
    const packed = block.subarray(start + described, end);
    const into = makes ? new Uint8Array(count) : null;
    if (form === 0) this.#codes.symbols(packed, count, into, 0);
    else this.#fourStreams(packed, count, into);
    return { count, bytes: into ?? new Uint8Array(), end };
  }

  #fourStreams(packed: Uint8Array, count: number, into: Uint8Array | null): void {
    const each = Math.ceil(count / 4);
    // Decoders refuse fewer, too.
    if (packed.length < 10 || count < 6 || 3 * each > count) throw new EntropyError();
    let at = 6;
    for (let i = 0; i < 4; i++) {
      const next = i < 3 ? at + bits(packed, 16 * i, 16) : packed.length;
      if (next > packed.length) throw new EntropyError();
      this.#codes.symbols(packed.subarray(at, next), i < 3 ? each : count - 3 * each, into, i * each);
      at = next;
    }
  }

  /** Literals and repetitions in turns. */
  *#sequences(section: Uint8Array, literals: Literals, output: Output): Generator<undefined> {
    const [first = 0, second = 0, third = 0] = section;
    let at = first < 128 ? 1 : first < 255 ? 2 : 3;
    const count = first < 128 ? first : first < 255 ? (first - 128) * 256 + second : second + third * 256 + 0x7f00;
    if (section.length < at || (count === 0 && section.length > at)) throw new EntropyError();
    let used = 0;
    if (count > 0) {
      const forms = section[at++];
      if (section.length < at || (forms & 3) !== 0) throw new EntropyError();
      const [lengths, offsets, matches] = this.#tables.map((table, i) => {
        at += this.#readTable(table, (forms >> (6 - 2 * i)) & 3, section.subarray(at));
        if (table.now === null) throw new EntropyError();
        return { of: table.of, now: table.now };
      });
      const from = new BackwardBits(section.subarray(at));
      let [a, b, c] = [lengths, offsets, matches].map(({ now }) => from.take(now.log));
      for (let i = 0; i < count; i++) {
        if (i > 0) {
          a = lengths.now.next(a, from);
          c = matches.now.next(c, from);
          b = offsets.now.next(b, from);
        }
        const offset = numberOf(offsets, b, from);
        const match = numberOf(matches, c, from);
        const end = used + numberOf(lengths, a, from);
        if (end > literals.count || from.left < 0) throw new EntropyError();
        const distance = this.#distance(offset, end - used);
        while (used < end) {
          used += output.put(literals.bytes, used, end);
          if (output.isFull) yield;
        }
        if (!(distance <= output.made)) throw new EntropyError();
        for (let left = match; left > 0; ) {
          left -= output.repeat(distance, left);
          if (output.isFull) yield;
        }
      }
      if (from.left !== 0) throw new EntropyError();
    }
    while (used < literals.count) {
      used += output.put(literals.bytes, used, literals.count);
      if (output.isFull) yield;
    }
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
  readonly of: Numbers;
  readonly own: StateTable;
  /** The one that the last block had; null before there was one. */
  now: StateTable | null;
}

function numberOf(
  { of, now }: { readonly of: Numbers; readonly now: StateTable },
  state: number,
  from: BackwardBits,
): number {
  const code = now.symbols[state];
  return of.base[code] + from.take(of.extra[code]);
}
