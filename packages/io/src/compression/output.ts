/** Where decoders put what they unpack: all of it, nothing but its length, or as much as later parts may refer to. */

/** Decoders pause when it is full, until there is room again. */
export interface Output {
  /** Whether bytes are made, and not only counted. */
  readonly makes: boolean;
  /** How many there are so far. */
  readonly made: number;
  readonly isFull: boolean;
  /** Adds bytes. @returns how many of them there was room for. */
  put(bytes: Uint8Array, from: number, to: number): number;
  /** Adds one, for which there must be room. */
  add(byte: number): void;
  /** Adds what lies `distance` before; where that is less than `length`, it repeats. @returns how much there was room for. */
  repeat(distance: number, length: number): number;
}

/** A decoder that puts its content somewhere, and pauses when that is full. */
export type Decoder = (packed: Uint8Array, output: Output) => Iterable<undefined>;

/** Counts, and takes no memory. */
export class Length implements Output {
  readonly makes = false;
  readonly isFull = false;
  made = 0;
  /** The largest distance. */
  farthest = 0;

  put(_: Uint8Array, from: number, to: number): number {
    this.made += to - from;
    return to - from;
  }

  add(): void {
    this.made++;
  }

  repeat(distance: number, length: number): number {
    if (distance > this.farthest) this.farthest = distance;
    this.made += length;
    return length;
  }
}

/** Fills memory. */
class Memory implements Output {
  readonly makes = true;
  readonly #bytes: Uint8Array;
  made = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isFull(): boolean {
    return this.made >= this.#bytes.length;
  }

  put(bytes: Uint8Array, from: number, to: number): number {
    const count = Math.min(to - from, this.#bytes.length - this.made);
    copy(bytes, from, from + count, this.#bytes, this.made);
    this.made += count;
    return count;
  }

  add(byte: number): void {
    this.#bytes[this.made++] = byte;
  }

  repeat(distance: number, length: number): number {
    const count = Math.min(length, this.#bytes.length - this.made);
    repeat(this.#bytes, this.made, distance, count);
    this.made += count;
    return count;
  }
}

/** What is given at once, at least. */
const leastPart = 64 * 1024;

/** The memory of a window that nobody uses now: files have many short parts. */
let spare = new Uint8Array();
const mostSpare = 256 * 1024;

/** Keeps the last bytes, to which later ones may refer. */
class Window implements Output {
  readonly makes = true;
  readonly #size: number;
  /** With what is added before it is given away. */
  readonly #most: number;
  readonly #isSure: boolean;
  /** As long as it has to be so far. */
  #bytes = new Uint8Array();
  #begin = 0;
  #end = 0;
  made = 0;

  constructor(size: number, length: number, isSure: boolean) {
    this.#size = size;
    this.#isSure = isSure;
    // One more than there are, so that it is not full with all of them.
    this.#most = Math.min(size + Math.max(leastPart, size >> 2), length + 1);
  }

  get isFull(): boolean {
    return this.#end === this.#most;
  }

  put(bytes: Uint8Array, from: number, to: number): number {
    const count = this.#room(to - from);
    copy(bytes, from, from + count, this.#bytes, this.#end);
    return this.#more(count);
  }

  add(byte: number): void {
    if (this.#end === this.#bytes.length) this.#room(1);
    this.#bytes[this.#end] = byte;
    this.#more(1);
  }

  repeat(distance: number, length: number): number {
    const count = this.#room(length);
    repeat(this.#bytes, this.#end, distance, count);
    return this.#more(count);
  }

  /** How much of a length there is room for. */
  #room(length: number): number {
    const end = Math.min(this.#end + length, this.#most);
    if (end > this.#bytes.length) {
      const before = this.#bytes;
      const length = this.#isSure ? this.#most : Math.min(this.#most, Math.max(end, 2 * before.length));
      this.#bytes = length <= spare.length ? spare : new Uint8Array(length);
      if (this.#bytes === spare) spare = new Uint8Array();
      this.#bytes.set(before.subarray(0, this.#end));
    }
    return end - this.#end;
  }

  #more(count: number): number {
    this.#end += count;
    this.made += count;
    return count;
  }

  /** What was added since it was emptied. */
  part(): Uint8Array {
    return this.#bytes.subarray(this.#begin, this.#end);
  }

  empty(): void {
    const kept = Math.min(this.#size, this.#end);
    this.#bytes.copyWithin(0, this.#end - kept, this.#end);
    this.#begin = this.#end = kept;
  }

  /** Its parts are good no longer. */
  release(): void {
    if (this.#bytes.length > spare.length && this.#bytes.length <= mostSpare) spare = this.#bytes;
    this.#bytes = new Uint8Array();
  }
}

/** So few bytes are copied one by one, which is faster. */
const few = 32;

function copy(from: Uint8Array, start: number, end: number, into: Uint8Array, to: number): void {
  if (end - start > few) into.set(from.subarray(start, end), to);
  else for (let i = start; i < end; i++) into[to + i - start] = from[i];
}

/** Copies what lies `distance` before. */
function repeat(bytes: Uint8Array, to: number, distance: number, length: number): void {
  if (length > few && distance >= length) bytes.copyWithin(to, to - distance, to - distance + length);
  else if (length > few && distance === 1) bytes.fill(bytes[to - 1], to, to + length);
  else for (let i = to; i < to + length; i++) bytes[i] = bytes[i - distance];
}

/** How much a content is. */
export function count(decoder: Decoder, packed: Uint8Array, length = new Length()): Length {
  for (const _ of decoder(packed, length)) throw new Error("a decoder paused where there is room");
  return length;
}

/** Unpacks into memory. @returns how many bytes there are; of more than there is room for, one more than that. */
export function unpackInto(bytes: Uint8Array, decoder: Decoder, packed: Uint8Array): number {
  const memory = new Memory(bytes);
  let pauses = 0;
  // It pauses once when all is full, and again if there is more.
  for (const _ of decoder(packed, memory)) if (++pauses > 1) return bytes.length + 1;
  return memory.made;
}

/** All of a content. @param length how many bytes it has, which was seen before. */
export function unpackWhole(decoder: Decoder, packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (unpackInto(bytes, decoder, packed) !== length) throw new RangeError("it is not as long as it was");
  return bytes;
}

/**
 * Content in parts, each of which is good until the next one is asked for.
 *
 * @param farthest how far back it refers.
 * @param length how many bytes there are; of more, one more is given.
 * @param isSure whether that was seen: where it is but said, memory is taken as there is content.
 */
export function* unpackInParts(
  decoder: Decoder,
  packed: Uint8Array,
  farthest: number,
  length: number,
  isSure: boolean,
): Generator<Uint8Array> {
  const window = new Window(farthest, length, isSure);
  try {
    for (const _ of decoder(packed, window)) {
      yield window.part();
      window.empty();
      if (window.isFull) return;
    }
    yield window.part();
  } finally {
    window.release();
  }
}
