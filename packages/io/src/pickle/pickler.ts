/** Writes pickles of protocol 2, which every Python and the restricted readers of PyTorch take. */
import { op } from "./opcodes.ts";

/** Python writes containers in portions of this size, so that readers need no more on their stack. */
const portion = 1000;

/** The instructions that make tuples of 0 to 3 items. */
const tuples = [op.EMPTY_TUPLE, op.TUPLE1, op.TUPLE2, op.TUPLE3];

/** Writes instructions into memory that grows. What is written is decided by who calls. */
export class Pickler {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #noted = 0;
  readonly #texts = new Map<string, number>();
  readonly #globals = new Map<string, number>();
  readonly #objects = new Map<object, number>();

  constructor() {
    this.#code(op.PROTO, 1);
    this.#byte(2);
  }

  /** The whole pickle. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#code(op.STOP, 0);
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  #code(code: number, argumentBytes: number): void {
    this.#room(1 + argumentBytes);
    this.#bytes[this.#length++] = code;
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  #uint32(value: number): void {
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  none(): void {
    this.#code(op.NONE, 0);
  }

  boolean(value: boolean): void {
    this.#code(value ? op.NEWTRUE : op.NEWFALSE, 0);
  }

  float(value: number): void {
    this.#code(op.BINFLOAT, 8);
    this.#view.setFloat64(this.#length, value, false);
    this.#length += 8;
  }

  /** @throws RangeError for one of more than 255 bytes, for which PyTorch's restricted reader has no instruction. */
  integer(value: number | bigint): void {
    const number = Number(value);
    if (number >= 0 && number < 256) {
      this.#code(op.BININT1, 1);
      this.#byte(number);
    } else if (number >= 0 && number < 65536) {
      this.#code(op.BININT2, 2);
      this.#view.setUint16(this.#length, number, true);
      this.#length += 2;
    } else if (number >= -(2 ** 31) && number < 2 ** 31) {
      this.#code(op.BININT, 4);
      this.#view.setInt32(this.#length, number, true);
      this.#length += 4;
    } else this.#long(BigInt(value));
  }

  /** In two's complement, least significant byte first, in as few bytes as hold it. */
  #long(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    // Done when what is left is the sign, and the last byte has it in its highest bit.
    while (!((rest === 0n || rest === -1n) && bytes.length > 0 && bytes[bytes.length - 1] >= 128 === rest < 0n)) {
      bytes.push(Number(rest & 255n));
      rest >>= 8n;
      if (bytes.length > 255) throw new RangeError("an integer of more than 255 bytes");
    }
    this.#code(op.LONG1, 1);
    this.#byte(bytes.length);
    this.#raw(Uint8Array.from(bytes));
  }

  /** Equal texts are written once. */
  text(value: string): void {
    const noted = this.#texts.get(value);
    if (noted !== undefined) {
      this.#recall(noted);
      return;
    }
    const utf8 = new TextEncoder().encode(value);
    this.#code(op.BINUNICODE, 4);
    this.#uint32(utf8.length);
    this.#raw(utf8);
    this.#texts.set(value, this.#note());
  }

  /** A class or function, by its name. */
  global(module: string, name: string): void {
    const key = `${module}\n${name}\n`;
    const noted = this.#globals.get(key);
    if (noted !== undefined) {
      this.#recall(noted);
      return;
    }
    this.#code(op.GLOBAL, 0);
    this.#raw(new TextEncoder().encode(key));
    this.#globals.set(key, this.#note());
  }

  /** Writes an object that was written before as a reference to it. */
  recalls(object: object): boolean {
    const noted = this.#objects.get(object);
    if (noted === undefined) return false;
    this.#recall(noted);
    return true;
  }

  /** Notes what was written last as this object. */
  note(object: object): void {
    this.#objects.set(object, this.#note());
  }

  #note(): number {
    const index = this.#noted++;
    if (index < 256) {
      this.#code(op.BINPUT, 1);
      this.#byte(index);
    } else {
      this.#code(op.LONG_BINPUT, 4);
      this.#uint32(index);
    }
    return index;
  }

  #recall(index: number): void {
    if (index < 256) {
      this.#code(op.BINGET, 1);
      this.#byte(index);
    } else {
      this.#code(op.LONG_BINGET, 4);
      this.#uint32(index);
    }
  }

  emptyList(): void {
    this.#code(op.EMPTY_LIST, 0);
  }

  emptyDict(): void {
    this.#code(op.EMPTY_DICT, 0);
  }

  emptyTuple(): void {
    this.#code(op.EMPTY_TUPLE, 0);
  }

  /** A tuple of what `write` writes for each item. */
  tuple<T>(items: readonly T[], write: (item: T) => void): void {
    if (items.length > 3) this.#code(op.MARK, 0);
    for (const item of items) write(item);
    this.#code(tuples[items.length] ?? op.TUPLE, 0);
  }

  /** Appends items to the list that was written last. */
  append<T>(items: readonly T[], write: (item: T) => void): void {
    this.#inPortions(items, op.APPENDS, write);
  }

  /** Sets items of the dictionary that was written last; `write` writes a key and a value. */
  setItems<T>(items: readonly T[], write: (item: T) => void): void {
    this.#inPortions(items, op.SETITEMS, write);
  }

  #inPortions<T>(items: readonly T[], code: number, write: (item: T) => void): void {
    for (let from = 0; from < items.length; from += portion) {
      this.#code(op.MARK, 0);
      for (const item of items.slice(from, from + portion)) write(item);
      this.#code(code, 0);
    }
  }

  /** Calls the global below with the tuple that was written last. */
  reduce(): void {
    this.#code(op.REDUCE, 0);
  }

  /** Sets the state that was written last on the object below. */
  build(): void {
    this.#code(op.BUILD, 0);
  }

  /** Makes the tuple that was written last an id of something outside of the pickle. */
  persistentId(): void {
    this.#code(op.BINPERSID, 0);
  }
}
