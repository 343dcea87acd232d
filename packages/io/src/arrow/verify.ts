/**
 * Counts and places in an Arrow file, before apache-arrow believes them: a few damaged bytes would keep it busy for hours, or for
 * ever. Format: https://arrow.apache.org/docs/format/Columnar.html#format-ipc
 */
import { Content, roomOf } from "../compression/content.ts";
import { type Codec, codecOf } from "./codecs.ts";
import { damaged, FlatBuffer, type Place } from "./flatbuffer.ts";

/** Kinds of messages. */
const [schema, dictionary, batch] = [1, 2, 3];

/** The number of the version of the format since which unions have no bitmaps. */
const version5 = 4;
/** What stands before a compressed buffer that is not compressed after all. */
const plain = -1n;
const prefixBytes = 8;
/** A field has a place, a table, a name and a type, of which each takes 8 bytes or more; as an object it takes some hundred. */
const leastOfField = 32;

/** Rows of a table, or values of a dictionary, as far as they are described. */
export interface BatchOutline {
  /** Of a dictionary, which one it is; null for rows. */
  readonly dictionary: number | null;
  readonly rows: number;
  /** Whether columns of unions have a bitmap, as in older versions. */
  readonly hasUnionBitmaps: boolean;
  /** How many more buffers the i-th of the columns has of which each says so. */
  moreBuffers(i: number): number;
  /** @throws FormatError if there are fewer columns, those inside of columns included, or buffers. */
  require(columns: number, buffers: number): void;
  /** How many values a column has, by its number where what is inside of columns counts too, and how many are missing. */
  values(column: number): { readonly length: number; readonly missing: number };
  /** How many bytes a buffer has when it is unpacked. */
  bufferLength(buffer: number): number;
  /** What is in a buffer. @throws FormatError for one that cannot be unpacked. */
  content(buffer: number): Content;
}

/**
 * @param look is told of each batch of rows, and of each dictionary, of a file that was verified before.
 * @returns where it ends: apache-arrow would go on behind a stream's end.
 * @throws FormatError for a file or stream that tells of more than it holds, or is compressed as nobody can unpack.
 */
export function verifyArrow(bytes: Uint8Array, look?: (batch: BatchOutline) => void): number {
  const verifier = new Verifier(bytes, look);
  try {
    return String.fromCharCode(...bytes.subarray(0, 6)) === "ARROW1" ? verifier.file() : verifier.stream();
  } catch (error) {
    // A number was to be read from beyond the end.
    if (error instanceof RangeError) throw damaged();
    throw error;
  }
}

class Verifier {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #size: number;
  readonly #room: number;
  readonly #look: ((batch: BatchOutline) => void) | undefined;
  /** Fields take some bytes each; one that is shared is no tree any more. */
  #fieldsLeft: number;
  /** Whether a stream's schema was there, which is followed by nothing but dictionaries and batches. */
  #hasSchema = false;

  constructor(bytes: Uint8Array, look: ((batch: BatchOutline) => void) | undefined) {
    this.#bytes = bytes;
    this.#look = look;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#size = bytes.byteLength;
    this.#room = roomOf(bytes.byteLength);
    this.#fieldsLeft = bytes.byteLength / leastOfField;
  }

  /** Ends with a footer, which says where the batches are; apache-arrow reads no others. @returns its size. */
  file(): number {
    const end = this.#size - 10;
    const length = this.#view.getInt32(end, true);
    const buffer = new FlatBuffer(this.#part(end - length, length));
    const footer = buffer.reference(0);
    const described = buffer.table(footer, 1);
    if (described !== null) this.#schema(buffer, described);
    // A footer lists dictionaries, then batches; apache-arrow looks for ever for one that is something else.
    for (const kind of [dictionary, batch])
      for (const block of buffer.list(footer, kind, 24)) this.#message(buffer.integer(block), kind);
    return this.#size;
  }

  /** @returns where it ends. */
  stream(): number {
    for (let at = 0; at < this.#size; ) {
      const next = this.#message(at);
      if (next < 0) return at;
      at = next;
    }
    return this.#size;
  }

  #part(start: number, length: number): Uint8Array {
    if (start < 0 || length < 0 || start + length > this.#size) throw damaged();
    return this.#bytes.subarray(start, start + length);
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
    // What is said of the message is in it: apache-arrow reads nothing but zeros beyond.
    const buffer = new FlatBuffer(this.#part(at, length));
    const message = buffer.reference(0);
    const [kindAt, bodyAt] = [buffer.member(message, 1), buffer.member(message, 3)];
    const kind = kindAt === null ? 0 : buffer.view.getUint8(kindAt);
    if (expected !== undefined && kind !== expected) throw damaged();
    const body = this.#part(at + length, bodyAt === null ? 0 : buffer.integer(bodyAt));
    const header = buffer.table(message, 2);
    const versionAt = buffer.member(message, 0);
    const isOld = (versionAt === null ? 0 : buffer.view.getInt16(versionAt, true)) < version5;
    if (header === null) throw damaged();
    this.#header(buffer, kind, header, body, isOld);
    return at + length + body.length;
  }

  #header(buffer: FlatBuffer, kind: number, header: Place, body: Uint8Array, isOld: boolean): void {
    if (kind === schema || (kind !== dictionary && kind !== batch)) {
      // apache-arrow would take a body for the next message, and columns of another schema for those of the first.
      if (kind !== schema || this.#hasSchema || body.length > 0) throw damaged();
      this.#hasSchema = true;
      if (this.#look === undefined) this.#schema(buffer, header);
      return;
    }
    const rows = kind === dictionary ? buffer.table(header, 1) : header;
    if (rows === null) throw damaged();
    if (this.#look === undefined) this.#batch(buffer, rows, body);
    else this.#look(this.#outline(buffer, rows, body, kind === dictionary ? idOf(buffer, header) : null, isOld));
  }

  #schema(buffer: FlatBuffer, table: Place): void {
    this.#fields(buffer, table, 1, 0);
    buffer.list(table, 2, 4);
  }

  #fields(buffer: FlatBuffer, owner: Place, slot: number, depth: number): void {
    if (depth > 64) throw damaged();
    for (const place of buffer.list(owner, slot, 4)) {
      if (--this.#fieldsLeft < 0) throw damaged();
      const field = buffer.reference(place);
      this.#fields(buffer, field, 5, depth + 1);
      buffer.list(field, 6, 4);
    }
  }

  #outline(
    buffer: FlatBuffer,
    table: Place,
    body: Uint8Array,
    dictionary: number | null,
    hasUnionBitmaps: boolean,
  ): BatchOutline {
    const [nodes, buffers] = [buffer.list(table, 1, 16), buffer.list(table, 2, 16)];
    const compression = buffer.table(table, 3);
    const isCompressed = compression !== null;
    const rowsAt = buffer.member(table, 0);
    const room = this.#room;
    const more = buffer.list(table, 4, 8);
    return {
      dictionary,
      rows: rowsAt === null ? 0 : buffer.integer(rowsAt),
      hasUnionBitmaps,
      moreBuffers: (i) => (i < more.length ? buffer.integer(more[i]) : 0),
      require(columnCount, bufferCount) {
        if (columnCount > nodes.length || bufferCount > buffers.length) throw damaged();
      },
      values(column) {
        const at = nodes[column];
        if (at === undefined) throw damaged();
        return { length: buffer.integer(at), missing: buffer.integer(at + 8) };
      },
      bufferLength(i) {
        const at = buffers[i];
        if (at === undefined) throw damaged();
        const length = buffer.integer(at + 8);
        return isCompressed ? unpackedLength(body, buffer.integer(at), length) : length;
      },
      content(i) {
        const at = buffers[i];
        if (at === undefined) throw damaged();
        const [start, length] = [buffer.integer(at), buffer.integer(at + 8)];
        if (start + length > body.length || (isCompressed && length > 0 && length < prefixBytes)) throw damaged();
        const part = body.subarray(start, start + length);
        if (compression === null || length === 0) return Content.of(part);
        const [packed, said] = [part.subarray(prefixBytes), saidLength(part)];
        return said === plain ? Content.of(packed) : codecIn(buffer, compression).open(packed, Number(said), room);
      },
    };
  }

  #batch(buffer: FlatBuffer, table: Place, body: Uint8Array): void {
    const parts = buffer.list(table, 2, 16);
    const compression = buffer.table(table, 3);
    let held = this.#size;
    for (const part of parts)
      if (buffer.integer(part) + buffer.integer(part + 8) > body.length && buffer.integer(part + 8) > 0)
        throw damaged();
    if (compression !== null) {
      const codec = codecIn(buffer, compression);
      const room = this.#room;
      for (const part of parts)
        held += unpackedLength(body, buffer.integer(part), buffer.integer(part + 8), { codec, room });
    }
    // A value takes a bit at least.
    const requireCount = (at: number): void => {
      if (buffer.integer(at) > 8 * held) throw damaged();
    };
    const rows = buffer.member(table, 0);
    if (rows !== null) requireCount(rows);
    for (const node of buffer.list(table, 1, 16)) {
      requireCount(node);
      // apache-arrow takes no other numbers.
      if (!Number.isSafeInteger(Number(buffer.view.getBigInt64(node + 8, true)))) throw damaged();
    }
    for (const count of buffer.list(table, 4, 8)) if (buffer.integer(count) > parts.length) throw damaged();
  }
}

/** Which dictionary a batch has values of. */
function idOf(buffer: FlatBuffer, header: Place): number {
  const at = buffer.member(header, 0);
  return at === null ? 0 : Number(buffer.view.getBigInt64(at, true));
}

function codecIn(buffer: FlatBuffer, compression: Place): Codec {
  const at = buffer.member(compression, 0);
  return codecOf(at === null ? 0 : buffer.view.getInt8(at));
}

/** What a compressed buffer says of its length. */
const saidLength = (part: Uint8Array): bigint =>
  new DataView(part.buffer, part.byteOffset, prefixBytes).getBigInt64(0, true);

/**
 * What a compressed buffer says that it takes when it is unpacked.
 *
 * @param by how it is looked at.
 * @throws FormatError where it holds something else, if it is looked at.
 */
function unpackedLength(
  body: Uint8Array,
  offset: number,
  length: number,
  by?: { readonly codec: Codec; readonly room: number },
): number {
  if (length === 0) return 0;
  if (length < prefixBytes || offset + length > body.length) throw damaged();
  const said = saidLength(body.subarray(offset, offset + length));
  if (said === plain) return length - prefixBytes;
  const packed = body.subarray(offset + prefixBytes, offset + length);
  if (by?.codec.canHold(packed, said, by.room) === false) throw damaged();
  return Number(said);
}
