/** What compressed parts hold, looked at before memory is taken for it. */
import { FormatError } from "../errors.ts";
import { count, type Decoder, unpackInParts } from "./output.ts";

/** Less is unpacked at once whatever the size of its file. */
const leastRoom = 8 * 1024 * 1024;
const mostRatio = 4;

/** How much of what is in a file of a size may be unpacked at once to look at it: more is gone through in parts. */
export const roomOf = (fileSize: number): number => Math.max(leastRoom, mostRatio * fileSize);

/** Bytes that are read once, from the first to the last, and need not be all there at a time. */
export class Content {
  readonly #parts: Iterator<Uint8Array>;
  #part: Uint8Array = new Uint8Array();
  #at = 0;
  /** How many have not been read yet. */
  left: number;

  /** @param length how many bytes there are, which must be true. */
  constructor(parts: Iterable<Uint8Array>, length: number) {
    this.#parts = parts[Symbol.iterator]();
    this.left = length;
  }

  static of(bytes: Uint8Array): Content {
    return new Content([bytes], bytes.length);
  }

  /** @throws RangeError beyond the end, as all that reads. */
  next(): number {
    if (this.#at === this.#part.length) this.#go();
    this.left--;
    return this.#part[this.#at++];
  }

  skip(count: number): void {
    for (let missing = count; missing > 0; ) {
      if (this.#at === this.#part.length) this.#go();
      missing -= this.#take(Math.min(missing, this.#part.length - this.#at)).length;
    }
  }

  /** Up to `most` bytes that lie together, which `unit` divides, of which there are one at least. They are good until more are read. */
  some(unit: number, most: number): Uint8Array {
    if (this.#at === this.#part.length) this.#go();
    const here = Math.min(most, this.#part.length - this.#at);
    if (here >= unit) return this.#take(here - (here % unit));
    const joined = new Uint8Array(unit);
    for (let got = 0; got < unit; ) {
      if (this.#at === this.#part.length) this.#go();
      const part = this.#take(Math.min(unit - got, this.#part.length - this.#at));
      joined.set(part, got);
      got += part.length;
    }
    return joined;
  }

  #take(count: number): Uint8Array {
    this.#at += count;
    this.left -= count;
    return this.#part.subarray(this.#at - count, this.#at);
  }

  #go(): void {
    do {
      const { done, value } = this.#parts.next();
      if (done === true) throw new RangeError("there is no more of it");
      this.#part = value;
    } while (this.#part.length === 0);
    this.#at = 0;
  }
}

/**
 * What a compressed part holds, in parts.
 *
 * @param room how far back it may refer, as so much of it is kept.
 * @throws FormatError for one that is damaged, or refers further back.
 */
export function partsOf(decoder: Decoder, packed: Uint8Array, room: number): Iterable<Uint8Array> {
  const length = count(decoder, packed);
  if (length.farthest > room)
    throw new FormatError(
      `a compressed part of ${packed.length} bytes holds ${length.made} and refers to ${length.farthest} bytes before: beyond ${mostRatio} times the file, ${room} are read`,
    );
  return unpackInParts(decoder, packed, length.farthest, length.made, true);
}
