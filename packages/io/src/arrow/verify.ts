/**
 * Counts and places in an Arrow file, before apache-arrow believes them: a few damaged bytes would keep it busy for hours, since
 * FlatBuffers in JavaScript have no verifier. Format: https://arrow.apache.org/docs/format/Columnar.html#format-ipc
 */
import { FormatError } from "../errors.ts";

/** A table of FlatBuffers: where it is, and where it says which fields it has. */
interface Place {
  readonly at: number;
  readonly fields: number;
  readonly size: number;
}

/** Kinds of messages. */
const [schema, dictionary, batch] = [1, 2, 3];

const damaged = (): FormatError => new FormatError("it is damaged: it tells of more than there is in it");

/** @throws FormatError for a file or stream that tells of more than it holds. */
export function verifyArrow(bytes: Uint8Array): void {
  const verifier = new Verifier(bytes);
  try {
    if (String.fromCharCode(...bytes.subarray(0, 6)) === "ARROW1") verifier.file();
    else verifier.stream();
  } catch (error) {
    // A number was to be read from beyond the end.
    if (error instanceof RangeError) throw damaged();
    throw error;
  }
}

class Verifier {
  readonly #view: DataView;
  readonly #size: number;
  /** Fields take some bytes each; one that is shared is no tree any more. */
  #fieldsLeft: number;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#view = new DataView(buffer, byteOffset, byteLength);
    this.#size = byteLength;
    this.#fieldsLeft = byteLength / 8;
  }

  /** Ends with a footer, which says where the batches are; apache-arrow reads no others. */
  file(): void {
    const end = this.#size - 10;
    const footer = this.#reference(end - this.#view.getInt32(end, true));
    this.#member(footer, 1, (at) => this.#schema(this.#reference(at)));
    // A footer lists dictionaries, then batches; apache-arrow looks for ever for one that is something else.
    for (const kind of [dictionary, batch])
      this.#member(footer, kind, (at) => {
        for (const block of this.#vector(at, 24)) this.#message(this.#integer(block), kind);
      });
  }

  stream(): void {
    for (let at = 0; at >= 0 && at < this.#size; ) at = this.#message(at);
  }

  /** Returns where the next one begins; -1 after the last. */
  #message(start: number, expected?: number): number {
    let at = start;
    // Before version 0.15, messages began with their length.
    if (this.#view.getInt32(at, true) === -1) at += 4;
    const length = this.#view.getInt32(at, true);
    if (length === 0) {
      if (expected !== undefined) throw damaged();
      return -1;
    }
    at += 4;
    const message = this.#reference(at);
    let body = 0;
    this.#member(message, 3, (place) => {
      body = this.#integer(place);
    });
    let kind = 0;
    this.#member(message, 1, (place) => {
      kind = this.#view.getUint8(place);
    });
    this.#member(message, 2, (place) => {
      const header = this.#reference(place);
      if (kind === schema) this.#schema(header);
      if (kind === dictionary) this.#member(header, 1, (data) => this.#batch(this.#reference(data)));
      if (kind === batch) this.#batch(header);
    });
    if (expected !== undefined && kind !== expected) throw damaged();
    if (length < 0 || at + length + body > this.#size) throw damaged();
    return at + length + body;
  }

  #schema(table: Place): void {
    this.#member(table, 1, (at) => this.#fields(at, 0));
    this.#member(table, 2, (at) => this.#vector(at, 4));
  }

  #fields(at: number, depth: number): void {
    if (depth > 64) throw damaged();
    for (const place of this.#vector(at, 4)) {
      if (--this.#fieldsLeft < 0) throw damaged();
      const field = this.#reference(place);
      this.#member(field, 5, (children) => this.#fields(children, depth + 1));
      this.#member(field, 6, (metadata) => this.#vector(metadata, 4));
    }
  }

  #batch(table: Place): void {
    let compressed = false;
    this.#member(table, 3, () => {
      compressed = true;
    });
    // A value takes a bit at least.
    const requireCount = (count: number): void => {
      if (!compressed && count > 8 * this.#size) throw damaged();
    };
    this.#member(table, 0, (at) => requireCount(this.#integer(at)));
    this.#member(table, 1, (at) => {
      for (const node of this.#vector(at, 16)) requireCount(this.#integer(node));
    });
    this.#member(table, 2, (at) => this.#vector(at, 16));
    this.#member(table, 4, (at) => this.#vector(at, 8));
  }

  /** The table that a place refers to. */
  #reference(place: number): Place {
    const at = place + this.#forward(this.#view.getInt32(place, true));
    const fields = at - this.#view.getInt32(at, true);
    return { at, fields, size: this.#forward(this.#view.getInt16(fields, true)) };
  }

  /** Looks at a table's member, if it has that one. */
  #member({ at, fields, size }: Place, slot: number, look: (at: number) => void): void {
    const place = 4 + 2 * slot;
    const offset = place < size ? this.#forward(this.#view.getInt16(fields + place, true)) : 0;
    if (offset !== 0) look(at + offset);
  }

  /** Where the items of a list are, which must all be there. */
  #vector(place: number, itemSize: number): Iterable<number> {
    const start = place + this.#forward(this.#view.getInt32(place, true));
    const count = this.#forward(this.#view.getInt32(start, true));
    if (start + 4 + count * itemSize > this.#size) throw damaged();
    return Array.from({ length: count }, (_, i) => start + 4 + i * itemSize);
  }

  /** FlatBuffers refer forwards only; the library reads numbers with a sign. */
  #forward(offset: number): number {
    if (offset < 0) throw damaged();
    return offset;
  }

  #integer(at: number): number {
    const value = this.#view.getBigInt64(at, true);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged();
    return Number(value);
  }
}
