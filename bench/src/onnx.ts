/** Writes ONNX models: the few fields of onnx.proto that a small float32 graph needs, encoded as protocol buffers. */

export interface Graph {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly output: string;
  readonly nodes: readonly Node[];
  readonly constants?: Readonly<Record<string, Constant>>;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string | readonly string[];
  /** Numbers that are whole are written as INT, lists as INTS, others as FLOAT. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface Constant {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** TensorProto.DataType */
const float32 = 1;
const int64 = 7;
const irVersion = 8;
const opset = 17;

/** An ONNX file of one graph with one output. */
export function model({ inputs, output, nodes, constants = {} }: Graph): Uint8Array {
  const graph = [
    ...nodes.map((node) => message(1, nodeProto(node))),
    text(2, "graph"),
    ...Object.entries(constants).map(([name, constant]) => message(5, tensorProto(name, constant))),
    ...Object.entries(inputs).map(([name, shape]) => message(11, valueInfo(name, shape))),
    // The runtime infers the output's shape.
    message(12, valueInfo(output)),
  ];
  return concatenate([integer(1, irVersion), message(7, graph), message(8, [integer(2, opset)])]);
}

function nodeProto({ op, inputs, output, attributes = {} }: Node): Uint8Array[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...[output].flat().map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
  ];
}

/** AttributeProto; its type is FLOAT = 1, INT = 2, INTS = 7. */
function attribute(name: string, value: number | readonly number[]): Uint8Array[] {
  if (typeof value !== "number") return [text(1, name), ...value.map((one) => integer(8, one)), integer(20, 7)];
  if (Number.isInteger(value)) return [text(1, name), integer(3, value), integer(20, 2)];
  return [text(1, name), float(2, value), integer(20, 1)];
}

function tensorProto(name: string, { shape, data }: Constant): Uint8Array[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const dtype = data instanceof Float32Array ? float32 : int64;
  return [...shape.map((size) => integer(1, size)), integer(2, dtype), text(8, name), bytes(9, raw)];
}

/** ValueInfoProto { name, TypeProto { Tensor { elem_type, TensorShapeProto { Dimension { dim_value } } } } } */
function valueInfo(name: string, shape?: readonly number[]): Uint8Array[] {
  const dims = shape?.map((size) => message(1, [integer(1, size)]));
  const tensorType = [integer(1, float32), ...(dims ? [message(2, dims)] : [])];
  return [text(1, name), message(2, [message(1, tensorType)])];
}

function varint(value: bigint): Uint8Array {
  const result: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    result.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(result);
}

/** A field's number with its wire type: 0 varint, 2 length-delimited, 5 four bytes. */
const tag = (field: number, wire: 0 | 2 | 5): Uint8Array => varint(BigInt((field << 3) | wire));
const integer = (field: number, value: number): Uint8Array => concatenate([tag(field, 0), varint(BigInt(value))]);
const bytes = (field: number, value: Uint8Array): Uint8Array =>
  concatenate([tag(field, 2), varint(BigInt(value.length)), value]);
const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));
const message = (field: number, parts: readonly Uint8Array[]): Uint8Array => bytes(field, concatenate(parts));

function float(field: number, value: number): Uint8Array {
  return concatenate([tag(field, 5), new Uint8Array(Float32Array.of(value).buffer)]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
