import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FormatError } from "../../errors.ts";
import { wireTypes } from "./encode.ts";
import { type FieldType, fields, type MessageName, type Messages } from "./messages.ts";

/** Graphs inside of attributes of nodes of graphs …: real models go a few levels deep. */
const deepest = 64;

/**
 * The message that bytes hold. Its byte arrays are parts of `bytes`, not copies, and nothing is allocated by a number that the
 * file names: what is read is at most a small multiple of what is there.
 *
 * @throws FormatError for what is no such message.
 */
export function decode<M extends MessageName>(message: M, bytes: Uint8Array): Messages[M] {
  try {
    // First without keeping anything: a message may take two bytes here, and some hundred as an object.
    readMessage(new BytesReader(bytes), message, bytes.length, 0, false);
    return readMessage(new BytesReader(bytes), message, bytes.length, 0, true) as unknown as Messages[M];
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new FormatError(`this is no ONNX model: ${why}`, { cause: error });
  }
}

class BytesReader extends BinaryReader {
  readonly bytesGiven: Uint8Array;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.bytesGiven = bytes;
  }
}

/** Reads a message; without `keep`, only to see whether it is one. */
function readMessage(
  reader: BytesReader,
  message: MessageName,
  end: number,
  depth: number,
  keep: boolean,
): Record<string, unknown> {
  if (depth > deepest) throw new FormatError(`this is no ONNX model: messages lie in each other ${depth} deep`);
  const known = fields[message];
  const found: Record<string, unknown> = {};
  if (keep) for (const [name, , repeated] of Object.values(known)) if (repeated) found[name] = [];
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = known[number];
    if (field === undefined) {
      reader.skip(wire, number);
      requireInside(reader, end);
      continue;
    }
    const [name, type, repeated] = field;
    const scalar = wireTypes[type];
    if (scalar === undefined) {
      if (wire !== WireType.LengthDelimited) throw wrongWire(message, name, wire);
      const length = reader.uint32();
      const until = reader.pos + length;
      if (until > end) throw endsTooEarly();
      const value = readMessage(reader, type as MessageName, until, depth + 1, keep);
      if (keep && repeated) (found[name] as unknown[]).push(value);
      else if (keep) found[name] = value;
    } else if (repeated && wire === WireType.LengthDelimited && scalar !== WireType.LengthDelimited) {
      const length = reader.uint32();
      const until = reader.pos + length;
      if (until > end) throw endsTooEarly();
      const values = readPacked(reader, type, until);
      if (keep) found[name] = joined(found[name] as List, values);
    } else {
      if (wire !== scalar) throw wrongWire(message, name, wire);
      const value = readScalar(reader, type);
      requireInside(reader, end);
      if (!keep) continue;
      if (!repeated) found[name] = value;
      else if (Array.isArray(found[name])) (found[name] as unknown[]).push(value);
      else found[name] = joined(found[name] as List, [value as number]);
    }
  }
  requireInside(reader, end);
  return found;
}

type List = ArrayLike<number | bigint> & Iterable<number | bigint>;

/** Lists that may be long are typed arrays: of a file of a few bytes nothing large is made. */
function readPacked(reader: BytesReader, type: FieldType, until: number): List {
  const start = reader.pos;
  let count = 0;
  if (type === "float" || type === "double") count = (until - start) / (type === "float" ? 4 : 8);
  else for (let at = start; at < until; at++) if (reader.bytesGiven[at] < 0x80) count++;
  if (!Number.isInteger(count)) throw endsTooEarly();
  const items = packedArrays[type](count);
  let i = 0;
  for (; i < count && reader.pos < until; i++) items[i] = readScalar(reader, type) as never;
  if (reader.pos !== until || i !== count) throw endsTooEarly();
  return items;
}

const packedArrays: Readonly<Record<string, (count: number) => List & { [i: number]: unknown }>> = {
  float: (count) => new Float32Array(count),
  double: (count) => new Float64Array(count),
  int32: (count) => new Int32Array(count),
  int64: (count) => new BigInt64Array(count),
};

function joined(before: List, more: List): List {
  return before.length === 0 ? more : [...before, ...more];
}

const endsTooEarly = (): FormatError =>
  new FormatError("this is no ONNX model, or it was cut off: a message is longer than what it lies in");

const wrongWire = (message: MessageName, name: string, wire: number): FormatError =>
  new FormatError(`this is no ONNX model: ${message}.${name} is of wire type ${wire}`);

function requireInside(reader: BytesReader, end: number): void {
  if (reader.pos > end) throw endsTooEarly();
}

function readScalar(reader: BytesReader, type: FieldType): unknown {
  switch (type) {
    case "int32":
      return reader.int32();
    case "int64":
      return BigInt(reader.int64());
    case "float":
      return reader.float();
    case "double":
      return reader.double();
    case "string":
      return reader.string();
    default:
      return reader.bytes();
  }
}
