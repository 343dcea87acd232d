/** ONNX files that are nearly nothing but what takes much more memory as objects than in them, and are refused at their end. */
import { joined } from "../joined.ts";
import { latin1 } from "./pickle-file.ts";

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** A field of a message that has a length: a text, a message, packed numbers. */
function field(number: number, ...content: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = joined(content.map((part) => (typeof part === "string" ? latin1(part) : part)));
  return joined([Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}

/** As many pieces as fit, without an object for each. */
function repeated(size: number, piece: (i: number) => Uint8Array): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let i = 0, next = piece(0); at + next.length <= size; next = piece(++i)) {
    bytes.set(next, at);
    at += next.length;
  }
  return bytes.subarray(0, at);
}

const node = (op: string, input: string, ...output: readonly Uint8Array[]): Uint8Array =>
  field(1, field(1, input), ...output, field(4, op));
const output = (name: string): Uint8Array => field(12, field(1, name));

/** A model of version 18 with an input x, and an output that nothing makes. */
const model = (...parts: readonly Uint8Array[]): Uint8Array =>
  joined([field(8, Uint8Array.of(0x10, 18)), field(7, field(11, field(1, "x")), ...parts, output("nothing"))]);

export const hostileModels: Readonly<Record<string, (size: number) => Uint8Array>> = {
  // Half a field follows.
  "empty nodes": (size) => joined([field(7, new Uint8Array(size).map((_, i) => (i % 2 === 0 ? 0x0a : 0))), Uint8Array.of(0x3a)]), // biome-ignore format: one model a line
  "nodes, the last of which is unknown": (size) =>
    model(
      repeated(size, () => node("Abs", "x")),
      node("Nothing", "x"),
    ),
  "nodes, the last of which reads nothing": (size) =>
    model(
      repeated(size, () => node("Abs", "x")),
      node("Abs", "y"),
    ),
  "values of different names": (size) =>
    model(repeated(size, (i) => node("Abs", "x", field(2, i.toString(36).padStart(9, "_"))))),
  attributes: (size) =>
    model(
      field(
        1,
        field(1, "x"),
        field(4, "Abs"),
        repeated(size, () => field(5)),
      ),
    ),
  "texts of attributes": (size) =>
    model(
      field(
        1,
        field(1, "x"),
        field(4, "Abs"),
        field(
          5,
          repeated(size, () => field(9)),
        ),
      ),
    ),
  "nodes of a graph of a node": (size) =>
    model(
      field(
        1,
        field(1, "x"),
        field(4, "If"),
        field(
          5,
          field(
            6,
            repeated(size, () => node("Abs", "x")),
          ),
        ),
      ),
    ),
  outputs: (size) => model(repeated(size, () => output("x"))),
  "descriptions of inputs": (size) => model(field(11, field(1, "z"), field(2, field(1, field(2, repeated(size, () => field(1))))))), // biome-ignore format: one model a line
  tensors: (size) => model(repeated(size, () => field(5))),
};
