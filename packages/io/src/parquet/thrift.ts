/**
 * Thrift's compact protocol, in which Parquet files say what is where. hyparquet takes memory for as many items as a list says it
 * has, so what it will read is gone through here first. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { FormatError } from "../errors.ts";

/** Numbers, truths and structs by the number of their field; texts and lists are passed over. */
export type ThriftStruct = ReadonlyMap<number, number | boolean | ThriftStruct>;

const types = { yes: 1, no: 2, byte: 3, int16: 4, int32: 5, int64: 6, double: 7, binary: 8, list: 9, struct: 12 };
const deepest = 32;

const damaged = (): FormatError => new FormatError("the Parquet file is damaged: it tells of more than there is in it");

/** Bytes of what hyparquet makes, measured in V8: of an item of the outermost lists (columns, groups), of other structs, of fields. */
const costs = { item: 400, struct: 100, field: 16 };

/**
 * Reads a struct.
 *
 * @returns it, where it ends, and about how many bytes it takes as objects.
 * @throws FormatError for one that is cut off, or in which something is said to be longer than what is there.
 */
export function readStruct(
  bytes: Uint8Array,
  start: number,
): { readonly struct: ThriftStruct; readonly end: number; readonly cost: number } {
  const reader = new Reader(bytes, start);
  const struct = reader.struct(0);
  return { struct, end: reader.at, cost: reader.cost };
}

class Reader {
  readonly #bytes: Uint8Array;
  at: number;
  cost = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(depth: number): ThriftStruct {
    if (depth > deepest) throw damaged();
    this.cost += depth === 2 ? costs.item : costs.struct;
    const fields = new Map<number, number | boolean | ThriftStruct>();
    for (let id = 0; ; ) {
      const header = this.#byte();
      const type = header & 15;
      if (type === 0) return fields;
      id = header >> 4 === 0 ? signed(this.#varint(5)) : id + (header >> 4);
      this.cost += costs.field;
      const value = this.#value(type, depth);
      if (value !== null) fields.set(id, value);
    }
  }

  #value(type: number, depth: number): number | boolean | ThriftStruct | null {
    switch (type) {
      case types.yes:
      case types.no:
        return type === types.yes;
      case types.byte:
        return (this.#byte() << 24) >> 24;
      case types.int16:
      case types.int32:
        return signed(this.#varint(5));
      case types.int64:
        return signed(this.#varint(10));
      case types.double:
        this.#skip(8);
        return null;
      case types.binary:
        this.cost += this.#skip(this.#varint(5));
        return null;
      case types.list:
        this.#list(depth);
        return null;
      case types.struct:
        return this.struct(depth + 1);
      default:
        throw damaged();
    }
  }

  #list(depth: number): void {
    if (depth >= deepest) throw damaged();
    const header = this.#byte();
    const type = header & 15;
    const count = header >> 4 === 15 ? this.#varint(5) : header >> 4;
    // An item takes a byte at least.
    if (count > this.#bytes.length - this.at) throw damaged();
    // Of a list, truths are a byte each.
    const each = type === types.yes || type === types.no ? types.byte : type;
    this.cost += count * costs.field;
    for (let i = 0; i < count; i++) this.#value(each, depth + 1);
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw damaged();
    return this.#bytes[this.at++];
  }

  #skip(length: number): number {
    if (length > this.#bytes.length - this.at) throw damaged();
    this.at += length;
    return length;
  }

  #varint(mostBytes: number): number {
    let value = 0;
    for (let i = 0; i < mostBytes; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) {
        // hyparquet reads 32 bits.
        if (mostBytes === 5 && value >= 2 ** 32) break;
        return value;
      }
    }
    throw damaged();
  }
}

/** Signs are in the lowest bit. */
const signed = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
