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

  repeat(distance: number, length: number): number {
    if (distance > this.farthest) this.farthest = distance;
    this.made += length;
    return length;
  }
}

/** Content of a known length. */
export class Whole implements Output {
  readonly makes = true;
  readonly isFull = false;
  readonly bytes: Uint8Array<ArrayBuffer>;
  made = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  put(bytes: Uint8Array, from: number, to: number): number {
    this.bytes.set(bytes.subarray(from, to), this.made);
    this.made += to - from;
    return to - from;
  }

  repeat(distance: number, length: number): number {
    repeat(this.bytes, this.made, distance, length);
    this.made += length;
    return length;
  }
}

/** What is given at once, at least. */
const leastPart = 64 * 1024;

/** Keeps the last bytes, to which later ones may refer. */
class Window implements Output {
  readonly makes = true;
  readonly #size: number;
  readonly #bytes: Uint8Array;
  #begin = 0;
  #end = 0;
  made = 0;

  constructor(size: number) {
    this.#size = size;
    this.#bytes = new Uint8Array(size + Math.max(leastPart, size >> 2));
  }

  get isFull(): boolean {
    return this.#end === this.#bytes.length;
  }

  put(bytes: Uint8Array, from: number, to: number): number {
    const count = Math.min(to - from, this.#bytes.length - this.#end);
    this.#bytes.set(bytes.subarray(from, from + count), this.#end);
    return this.#more(count);
  }

  repeat(distance: number, length: number): number {
    const count = Math.min(length, this.#bytes.length - this.#end);
    repeat(this.#bytes, this.#end, distance, count);
    return this.#more(count);
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
}

/** Copies what lies `distance` before. */
function repeat(bytes: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) bytes.copyWithin(to, to - distance, to - distance + length);
  else if (distance === 1) bytes.fill(bytes[to - 1], to, to + length);
  else for (let i = to; i < to + length; i++) bytes[i] = bytes[i - distance];
}

/** Runs a decoder that does not pause. */
export function run(decoder: Decoder, packed: Uint8Array, output: Length | Whole): void {
  for (const _ of decoder(packed, output)) throw new Error("a decoder paused where there is room");
}

/**
 * Content in parts, each of which is good until the next one is asked for.
 *
 * @param farthest how far back it refers.
 */
export function* unpackInParts(decoder: Decoder, packed: Uint8Array, farthest: number): Generator<Uint8Array> {
  const window = new Window(farthest);
  for (const _ of decoder(packed, window)) {
    yield window.part();
    window.empty();
  }
  yield window.part();
}
