import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type FieldType, fields, type MessageName, type Messages } from "./messages.ts";

type NumberArray = Float32Array | Float64Array | Int32Array | BigInt64Array;
type Repeated = readonly unknown[] | NumberArray | Iterable<object>;

/** Messages to write need not say what is empty. */
export type Draft<T> = T extends Uint8Array | NumberArray | string | number | bigint | undefined
  ? T
  : T extends Iterable<infer Item>
    ? readonly Draft<Item>[]
    : { readonly [K in keyof T as T[K] extends Repeated ? never : K]: Draft<T[K]> } & {
        readonly [K in keyof T as T[K] extends Repeated ? K : never]?: Draft<T[K]>;
      };

/** A message as bytes, fields in the order of their numbers. */
export function encode<M extends MessageName>(message: M, value: Draft<Messages[M]>): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeMessage(writer, message, value);
  return new Uint8Array(writer.finish());
}

function writeMessage(writer: BinaryWriter, message: MessageName, value: object): void {
  const entries = value as Readonly<Record<string, unknown>>;
  for (const [number, [name, type, repeated]] of Object.entries(fields[message])) {
    const content = entries[name];
    if (content === undefined) continue;
    if (!repeated) writeField(writer, Number(number), type, content);
    else if (isPacked(type)) writePacked(writer, Number(number), type, content as readonly unknown[]);
    else for (const item of content as readonly unknown[]) writeField(writer, Number(number), type, item);
  }
}

const isPacked = (type: FieldType): boolean => wireTypes[type] !== undefined && type !== "string" && type !== "bytes";

function writePacked(writer: BinaryWriter, number: number, type: FieldType, items: readonly unknown[]): void {
  if (items.length === 0) return;
  writer.tag(number, WireType.LengthDelimited).fork();
  for (const item of items) writeScalar(writer, type, item);
  writer.join();
}

function writeField(writer: BinaryWriter, number: number, type: FieldType, content: unknown): void {
  const wire = wireTypes[type];
  if (wire === undefined) {
    writer.tag(number, WireType.LengthDelimited).fork();
    writeMessage(writer, type as MessageName, content as object);
    writer.join();
    return;
  }
  writer.tag(number, wire);
  writeScalar(writer, type, content);
}

/** How scalars are written; undefined for messages. */
export const wireTypes: Readonly<Partial<Record<FieldType, WireType>>> = {
  int32: WireType.Varint,
  int64: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
};

function writeScalar(writer: BinaryWriter, type: FieldType, content: unknown): void {
  switch (type) {
    case "int32":
      writer.int32(content as number);
      return;
    case "int64":
      writer.int64(content as bigint);
      return;
    case "float":
      writer.float(content as number);
      return;
    case "double":
      writer.double(content as number);
      return;
    case "string":
      writer.string(content as string);
      return;
    default:
      writer.bytes(content as Uint8Array);
  }
}
