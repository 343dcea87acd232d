/**
 * Thrift's compact protocol, in which Parquet files say what is where. Nothing is made of what is not wanted: hyparquet makes
 * objects of all of it. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { FormatError } from "../errors.ts";

const types = { yes: 1, no: 2, byte: 3, int16: 4, int32: 5, int64: 6, double: 7, binary: 8, list: 9, struct: 12 };
const deepest = 32;

/** A value that is wanted: a number of up to 32 bits, or of 64, a truth, a text, a list of one of those, or a struct. */
export type Kind = "int" | "long" | "bool" | "text" | readonly ["int" | "text"] | Shape;

/** What is wanted of a struct, by the number of its field. */
export interface Shape {
  readonly [field: number]: Kind;
}

/** Numbers, truths and structs by the number of their field. */
export type ThriftStruct = ReadonlyMap<number, number | boolean | ThriftStruct>;

export const damaged = (): FormatError =>
  new FormatError("the Parquet file is damaged: it tells of more than there is in it");

/**
 * Reads numbers, truths and structs of a struct.
 *
 * @returns it, and where it ends.
 * @throws FormatError for one that is cut off, or in which something is said to be longer than what is there.
 */
export function readStruct(
  bytes: Uint8Array,
  start: number,
  shape: Shape,
): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new ThriftReader(bytes, start);
  const struct = mapOf(reader, shape, 0);
  return { struct, end: reader.at };
}

function mapOf(reader: ThriftReader, shape: Shape, depth: number): ThriftStruct {
  const fields = new Map<number, number | boolean | ThriftStruct>();
  reader.struct((id, type) => {
    const kind = shape[id];
    if (kind === undefined) return false;
    requireKind(kind, type);
    if (kind === "bool") fields.set(id, type === types.yes);
    else if (kind === "int" || kind === "long") fields.set(id, reader.integer(type));
    else if (typeof kind !== "string" && !isList(kind)) fields.set(id, mapOf(reader, kind, depth + 1));
    else return false;
    return true;
  }, depth);
  return fields;
}

const isList = (kind: Kind): kind is readonly ["int" | "text"] => Array.isArray(kind);

/** @throws FormatError for a value of another type than the format has for it. */
export function requireKind(kind: Kind, type: number): void {
  const fits =
    kind === "int"
      ? type >= types.byte && type <= types.int32
      : kind === "long"
        ? type === types.int64
        : kind === "bool"
          ? type === types.yes || type === types.no
          : kind === "text"
            ? type === types.binary
            : type === (isList(kind) ? types.list : types.struct);
  if (!fits) throw damaged();
}

/** Goes over values; what is read of them is read where it stands. */
export class ThriftReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Goes over a struct: `read` is told each field's number and type, and says whether it read the value. */
  struct(read: (id: number, type: number) => boolean, depth = 0): void {
    if (depth > deepest) throw damaged();
    for (let id = 0; ; ) {
      const header = this.#byte();
      const type = header & 15;
      if (type === 0) return;
      id = header >> 4 === 0 ? signed(this.#varint(5)) : id + (header >> 4);
      if (!read(id, type)) this.skip(type, depth);
    }
  }

  skip(type: number, depth = 0): void {
    switch (type) {
      case types.yes:
      case types.no:
        return;
      case types.byte:
        this.#pass(1);
        return;
      case types.int16:
      case types.int32:
        this.#passVarint(5);
        return;
      case types.int64:
        this.#passVarint(10);
        return;
      case types.double:
        this.#pass(8);
        return;
      case types.binary:
        this.#pass(this.#varint(5));
        return;
      case types.list:
        this.#skipList(depth);
        return;
      case types.struct:
        this.struct(() => false, depth + 1);
        return;
      default:
        throw damaged();
    }
  }

  #skipList(depth: number): void {
    if (depth >= deepest) throw damaged();
    const { type, count } = this.list();
    for (let i = 0; i < count; i++) this.skip(type, depth + 1);
  }

  /** A list's beginning. */
  list(): { readonly type: number; readonly count: number } {
    const header = this.#byte();
    const type = header & 15;
    const count = header >> 4 === 15 ? this.#varint(5) : header >> 4;
    // An item takes a byte at least; of a list, truths are a byte each.
    if (count > this.bytes.length - this.at) throw damaged();
    return { type: type === types.yes || type === types.no ? types.byte : type, count };
  }

  /** The beginning of a list of structs, or of texts. @returns how many there are. */
  listOf(of: "structs" | "texts"): number {
    const { type, count } = this.list();
    if (count > 0 && type !== (of === "structs" ? types.struct : types.binary)) throw damaged();
    return count;
  }

  integer(type: number): number {
    if (type === types.byte) return (this.#byte() << 24) >> 24;
    return signed(this.#varint(type === types.int64 ? 10 : 5));
  }

  /** Passes over a text. @returns where it begins. */
  textStart(): number {
    const length = this.#varint(5);
    this.#pass(length);
    return this.at - length;
  }

  #byte(): number {
    if (this.at >= this.bytes.length) throw damaged();
    return this.bytes[this.at++];
  }

  #pass(length: number): void {
    if (length > this.bytes.length - this.at) throw damaged();
    this.at += length;
  }

  #passVarint(mostBytes: number): void {
    const end = Math.min(this.at + mostBytes, this.bytes.length);
    for (let i = this.at; i < end; i++) {
      if (this.bytes[i] >= 128) continue;
      if (i - this.at === 4 && mostBytes === 5 && this.bytes[i] > 15) break;
      this.at = i + 1;
      return;
    }
    throw damaged();
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

/** Writes structs: copies of what is wanted of others. */
export class ThriftWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** What was written; good until more is. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  put(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  copy(bytes: Uint8Array, from = 0, to: number = bytes.length): void {
    if (this.#length + to - from > this.#bytes.length) this.#grow(to - from);
    for (let i = from; i < to; i++) this.#bytes[this.#length++] = bytes[i];
  }

  #grow(more: number): void {
    const before = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(2 * before.length, this.#length + more));
    this.#bytes.set(before);
  }

  /** The beginning of a field whose number is written out, so that fields before it need not be there. */
  field(id: number, type: number): void {
    this.put(type);
    this.varint(2 * id);
  }

  int(id: number, value: number): void {
    this.field(id, types.int32);
    this.varint(2 * value);
  }

  long(id: number, value: number): void {
    this.field(id, types.int64);
    this.varint(2 * value);
  }

  structs(id: number, count: number): void {
    this.field(id, types.list);
    this.put(0xf0 | types.struct);
    this.varint(count);
  }

  /** A number from 0 on. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.put((rest % 128) + 128);
    this.put(rest);
  }

  end(): void {
    this.put(0);
  }

  /** The struct that a reader stands at, as far as it is wanted. @throws FormatError for values of other types. */
  wanted(reader: ThriftReader, shape: Shape, depth = 0): void {
    reader.struct((id, type) => {
      const kind = shape[id];
      if (kind === undefined) return false;
      requireKind(kind, type);
      this.field(id, type);
      if (typeof kind !== "string" && !isList(kind)) this.wanted(reader, kind, depth + 1);
      else this.#value(reader, kind, type);
      return true;
    }, depth);
    this.end();
  }

  #value(reader: ThriftReader, kind: Kind, type: number): void {
    const start = reader.at;
    if (isList(kind)) {
      const item = reader.list();
      if (item.count > 0) requireKind(kind[0], item.type);
      reader.at = start;
    }
    reader.skip(type);
    this.copy(reader.bytes, start, reader.at);
  }
}
