import type { DType } from "@cresset/core/functions";
import { dataTypes } from "../dtypes.ts";
import { lowerNumber } from "./constants.ts";
import type { Context, Emitted } from "./emitted.ts";
import type { Size } from "./sizes.ts";

const names: Readonly<Record<string, string>> = {
  sum: "ReduceSum",
  product: "ReduceProd",
  max: "ReduceMax",
  min: "ReduceMin",
};

export function lowerReduce(
  c: Context,
  op: string,
  value: Emitted,
  dims: readonly number[],
  dtype: DType,
  shape: readonly Size[],
): Emitted {
  if (op === "argmax" || op === "argmin") return lowerPosition(c, op, value, dims, shape);
  // Of nothing: what changes no other value. Engines differ.
  if (dims.some((d) => value.shape[d].every((n) => n === 0)) && (dtype === "bool" || op === "sum" || op === "product"))
    return lowerNumber(c, [op === "min" || op === "product" ? 1 : 0], dtype, shape);
  const idempotent = op === "max" || op === "min";
  const x = idempotent ? c.aligned(value) : c.writtenOut(value, dims);
  const held = x.held.filter((_, d) => !dims.includes(d));
  // Engines reduce numbers, and few kinds of integers.
  const through: DType =
    x.dtype === "bool" || x.dtype === "uint8" || x.dtype === "int8" || x.dtype === "int16" ? "int32" : x.dtype;
  const cast = (name: string, from: DType, to: DType): string =>
    from === to ? name : c.builder.node("Cast", [name], { to: dataTypes[to] });
  const operand = cast(x.name, x.dtype, through);
  const reduced = reduceNode(c, names[op], operand, dims);
  return c.repeated(cast(reduced, through, dtype), dtype, shape, held);
}

/** Axes are an input of ReduceSum from opset 13 on, of the others from 18 on. */
function reduceNode(c: Context, op: string, name: string, dims: readonly number[]): string {
  const { builder } = c;
  if (op === "ReduceSum" || builder.opset >= 18)
    return builder.node(op, [name, builder.integers(dims)], { keepdims: 0 });
  return builder.node(op, [name], { axes: [...dims], keepdims: 0 });
}

/** Positions within the reduced dimensions, row-major: of several, they become one first. */
function lowerPosition(
  c: Context,
  op: string,
  value: Emitted,
  dims: readonly number[],
  shape: readonly Size[],
): Emitted {
  const { builder } = c;
  const x = c.writtenOut(value, dims);
  const rank = x.shape.length;
  const kept = Array.from({ length: rank }, (_, d) => d).filter((d) => !dims.includes(d));
  const held = kept.map((d) => x.held[d]);
  if (dims.length === 0) {
    const zero = builder.integers([0], []);
    return { name: zero, dtype: "int64", shape, held: [] };
  }
  let { name } = x;
  let axis = dims[0];
  if (dims.length > 1) {
    const count = dims.reduce<Size>((n, d) => n.map((each, k) => each * x.shape[d][k]), c.fixed(1));
    const apart = [...held, ...dims.map((d) => x.shape[d])];
    name = c.reshaped(builder.transpose(name, [...kept, ...dims]), apart, [...held, count]);
    axis = kept.length;
  }
  const operand = x.dtype === "bool" ? builder.node("Cast", [name], { to: dataTypes.int32 }) : name;
  const found = builder.node(op === "argmax" ? "ArgMax" : "ArgMin", [operand], { axis, keepdims: 0 });
  return c.repeated(found, "int64", shape, held);
}

/** Positions that sort; of equal elements the first comes first, as ONNX says of TopK. */
export function lowerSort(
  c: Context,
  value: Emitted,
  dim: number,
  descending: boolean,
  shape: readonly Size[],
): Emitted {
  const x = c.writtenOut(value, [dim]);
  const { builder } = c;
  const operand =
    x.dtype === "bool" || x.dtype === "uint8" || x.dtype === "int8" || x.dtype === "int16"
      ? builder.node("Cast", [x.name], { to: dataTypes.int32 })
      : x.name;
  const attributes = { axis: dim, largest: descending ? 1 : 0, sorted: 1 };
  const [, positions] = builder.nodes("TopK", [operand, c.sizes.tensor(shape[dim])], attributes, 2);
  return c.repeated(positions, "int64", shape, x.held);
}
