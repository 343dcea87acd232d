/** FlatBuffers as they are in Arrow files, every place held against the end: in JavaScript they have no verifier. */
import { FormatError } from "../errors.ts";

export const damaged = (): FormatError => new FormatError("it is damaged: it tells of more than there is in it");

/** A table: where it is, and where it says which members it has. */
export interface Place {
  readonly at: number;
  readonly members: number;
  readonly size: number;
}

/** Reads tables, members and lists. Beyond the end a DataView throws a RangeError. */
export class FlatBuffer {
  readonly view: DataView;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.view = new DataView(buffer, byteOffset, byteLength);
  }

  /** The table that a place refers to. */
  reference(place: number): Place {
    const at = place + this.#forward(this.view.getInt32(place, true));
    const members = at - this.view.getInt32(at, true);
    return { at, members, size: this.#forward(this.view.getInt16(members, true)) };
  }

  /** Where a table's member is; null where it has not that one. */
  member({ at, members, size }: Place, slot: number): number | null {
    const place = 4 + 2 * slot;
    const offset = place < size ? this.#forward(this.view.getInt16(members + place, true)) : 0;
    return offset === 0 ? null : at + offset;
  }

  /** The table that is a table's member. */
  table(owner: Place, slot: number): Place | null {
    const at = this.member(owner, slot);
    return at === null ? null : this.reference(at);
  }

  /** Where the items of a list are, all of which must be there; none where the table has no such list. */
  list(owner: Place, slot: number, itemSize: number): readonly number[] {
    const place = this.member(owner, slot);
    if (place === null) return [];
    const start = place + this.#forward(this.view.getInt32(place, true));
    const count = this.#forward(this.view.getInt32(start, true));
    if (start + 4 + count * itemSize > this.view.byteLength) throw damaged();
    return Array.from({ length: count }, (_, i) => start + 4 + i * itemSize);
  }

  /** A count of 64 bits. */
  integer(at: number): number {
    const value = this.view.getBigInt64(at, true);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged();
    return Number(value);
  }

  /** Offsets go forwards only; the library reads them with a sign. */
  #forward(offset: number): number {
    if (offset < 0) throw damaged();
    return offset;
  }
}
