import { FormatError } from "../errors.ts";

/** A pickle that ends too early. */
export class EndOfPickle extends FormatError {}

/** Reads numbers and texts from bytes, one after the other. */
export class Cursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** How many bytes there are. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Moves on by `length` bytes, and gives where they begin. @throws EndOfPickle if there are fewer. */
  #take(length: number): number {
    this.require(length);
    const from = this.at;
    this.at = from + length;
    return from;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)];
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** A length of 8 bytes. @throws EndOfPickle for one beyond all files. */
  length64(): number {
    const length = this.#view.getBigUint64(this.#take(8), true);
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`the pickle tells of ${length} bytes`);
    return Number(length);
  }

  /** Protocol 1 writes floats with the most significant byte first. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** The next bytes, not copied. */
  bytes(length: number): Uint8Array {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  utf8(length: number): string {
    return decodeUtf8(this.bytes(length));
  }

  /** Text up to the end of the line. */
  line(): string {
    return decodeUtf8(this.lineBytes());
  }

  /** Bytes up to the end of the line, not copied. */
  lineBytes(): Uint8Array {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new EndOfPickle("the pickle is cut off");
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end + 1;
    return bytes;
  }

  /** Goes on behind the next bytes. */
  skip(length: number): void {
    this.#take(length);
  }

  /** @throws EndOfPickle if fewer bytes follow. */
  require(length: number): void {
    if (length > this.#bytes.length - this.at) throw new EndOfPickle("the pickle is cut off");
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new FormatError("a text in the pickle is not UTF-8", { cause: error });
  }
}
