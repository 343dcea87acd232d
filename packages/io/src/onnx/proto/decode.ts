import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FormatError } from "../../errors.ts";
import { wireTypes } from "./encode.ts";
import { type FieldType, fields, lists, type MessageName, type Messages } from "./messages.ts";

/** Graphs inside of attributes of nodes of graphs …: real models go a few levels deep. */
const deepest = 64;

/** What of a message becomes objects: nothing, all of it, or, of what may be there often, none before it is gone through. */
type Keep = "nothing" | "all" | "places";

/**
 * The message that bytes hold. Its byte arrays are parts of `bytes`, not copies, and nothing is allocated by a number that the
 * file names.
 *
 * @param keep "places" for one to look through: a message may take two bytes in the file, and some hundred as an object, so
 *   messages of a list are made anew whenever the list is gone through, and let go of.
 * @throws FormatError for what is no such message.
 */
export function decode<M extends MessageName>(message: M, bytes: Uint8Array, keep: Keep = "all"): Messages[M] {
  const read = (how: Keep): unknown => readMessage(new BytesReader(bytes), message, bytes.length, 0, how);
  try {
    read("nothing");
    return read(keep) as Messages[M];
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

/** The items of a list in a message that was seen to be one. */
function* itemsOf(place: BytesReader, start: number, end: number, wanted: number, type: FieldType, depth: number) {
  const reader = new BytesReader(place.bytesGiven);
  reader.pos = start;
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    if (number !== wanted) reader.skip(wire, number);
    else if (type === "bytes") yield reader.bytes();
    else yield readMessage(reader, type as MessageName, reader.uint32() + reader.pos, depth + 1, "places");
  }
}

/** Lists whose items take much more memory as objects. */
const isOfObjects = (type: FieldType): boolean => type === "bytes" || wireTypes[type] === undefined;

/** Reads a message; to keep nothing of it, only to see whether it is one. */
function readMessage(
  reader: BytesReader,
  message: MessageName,
  end: number,
  depth: number,
  keep: Keep,
): Record<string, unknown> {
  if (depth > deepest) throw new FormatError(`this is no ONNX model: messages lie in each other ${depth} deep`);
  const known = fields[message];
  const found: Record<string, unknown> = {};
  const start = reader.pos;
  if (keep !== "nothing")
    for (const number of lists.get(message) ?? []) {
      const [name, type] = known[number];
      found[name] =
        keep === "places" && start < end && isOfObjects(type)
          ? { [Symbol.iterator]: () => itemsOf(reader, start, end, number, type, depth) }
          : [];
    }
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = known[number];
    if (field === undefined || (keep === "places" && field[2] && isOfObjects(field[1]))) reader.skip(wire, number);
    else {
      const [name, type, repeated] = field;
      const scalar = wireTypes[type] ?? WireType.LengthDelimited;
      const isMessage = !(type in wireTypes);
      const isPacked = repeated && wire !== scalar && wire === WireType.LengthDelimited;
      if (wire !== scalar && !isPacked)
        throw new FormatError(`this is no ONNX model: ${message}.${name} is of wire type ${wire}`);
      const until = isMessage || isPacked ? reader.uint32() + reader.pos : end;
      if (until > end) throw endsTooEarly();
      const value = isPacked
        ? readPacked(reader, type, until)
        : isMessage
          ? readMessage(reader, type as MessageName, until, depth + 1, keep)
          : readScalar(reader, type);
      if (!repeated) found[name] = value;
      else if (keep !== "nothing") found[name] = added(found[name] as List, isPacked ? (value as List) : [value]);
    }
    if (reader.pos > end) throw endsTooEarly();
  }
  return found;
}

type List = ArrayLike<unknown> & Iterable<unknown>;

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

/** A list with more at its end: what is packed stays so, unless it comes in pieces. */
function added(list: List, more: List): List {
  if (list.length === 0 && !Array.isArray(more)) return more;
  const items: unknown[] = Array.isArray(list) ? list : [...list];
  for (const item of more) items.push(item);
  return items;
}

const endsTooEarly = (): FormatError =>
  new FormatError("this is no ONNX model, or it was cut off: a message is longer than what it lies in");

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
