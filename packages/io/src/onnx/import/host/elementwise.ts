/** Arithmetic on arrays of the host. */
import type { DType } from "@cresset/core/functions";
import { dtypeOf } from "../../dtypes.ts";
import type { Call } from "../call.ts";
import { countOf, type HostValue, hostValue, mostOnHost } from "../host-value.ts";
import { type HostOperator, type HostOperators, inputOf } from "./operator.ts";

const binary =
  (of: (a: number, b: number) => number, result?: DType): HostOperator =>
  (call, [a, b]) => {
    if (a === undefined || b === undefined) throw call.error("takes two inputs");
    return broadcast(call, result ?? a.dtype, [a, b], ([x, y]) => of(x, y));
  };

const unary =
  (of: (n: number) => number): HostOperator =>
  (call, inputs) => {
    const { dtype, shape, data } = inputOf(call, inputs);
    return hostValue(dtype, shape, data.map(of));
  };

const isInteger = (dtype: DType): boolean => !dtype.startsWith("float");

/** Applies a function to elements of arrays that are broadcast. */
function broadcast(
  call: Call,
  dtype: DType,
  inputs: readonly HostValue[],
  of: (x: readonly number[]) => number,
): HostValue {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const shape = Array.from({ length: rank }, (_, d) => {
    const sizes = inputs.map((x) => x.shape[d - (rank - x.shape.length)] ?? 1);
    const size = sizes.find((n) => n !== 1) ?? 1;
    if (sizes.some((n) => n !== 1 && n !== size))
      throw call.error(`shapes do not broadcast: ${inputs.map((x) => `[${x.shape.join(", ")}]`).join(" and ")}`);
    return size;
  });
  const count = countOf(shape);
  if (count > mostOnHost) throw call.error(`a shape would be computed with ${count} elements`);
  const data = Array.from({ length: count }, (_, i) => of(inputs.map((x) => x.data[indexIn(x.shape, shape, i)])));
  // Sizes are scaled in float32: 1.1 · 10 is 11 there.
  return hostValue(dtype, shape, dtype === "float32" ? data.map(Math.fround) : data);
}

/** The position in an array of what stands at `i` when it is broadcast to `shape`. */
function indexIn(own: readonly number[], shape: readonly number[], i: number): number {
  let rest = i;
  let at = 0;
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const here = rest % shape[d];
    rest = Math.floor(rest / shape[d]);
    const size = own[d - (shape.length - own.length)];
    if (size === undefined) continue;
    at += (size === 1 ? 0 : here) * step;
    step *= size;
  }
  return at;
}

export const elementwiseOnHost: HostOperators = {
  Identity: (call, inputs) => inputOf(call, inputs),
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: (call, inputs) => {
    const integer = inputs[0] !== undefined && isInteger(inputs[0].dtype);
    if (integer && inputs[1]?.data.includes(0)) throw call.error("division by zero");
    return binary(integer ? (a, b) => Math.trunc(a / b) : (a, b) => a / b)(call, inputs);
  },
  Mod: (call, inputs) => {
    if (inputs[1]?.data.includes(0)) throw call.error("division by zero");
    return binary((a, b) => a - Math.floor(a / b) * b)(call, inputs);
  },
  Max: binary(Math.max),
  Min: binary(Math.min),
  Equal: binary((a, b) => Number(a === b), "bool"),
  Less: binary((a, b) => Number(a < b), "bool"),
  LessOrEqual: binary((a, b) => Number(a <= b), "bool"),
  Greater: binary((a, b) => Number(a > b), "bool"),
  GreaterOrEqual: binary((a, b) => Number(a >= b), "bool"),
  And: binary((a, b) => Number(a !== 0 && b !== 0)),
  Or: binary((a, b) => Number(a !== 0 || b !== 0)),
  Not: unary((n) => Number(n === 0)),
  Neg: unary((n) => 0 - n),
  Abs: unary(Math.abs),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Where: (call, [condition, a, b]) => {
    if (condition === undefined || a === undefined || b === undefined) throw call.error("takes three inputs");
    return broadcast(call, a.dtype, [condition, a, b], ([c, x, y]) => (c !== 0 ? x : y));
  },
  Cast: (call, inputs) => {
    const x = inputOf(call, inputs);
    const dtype = dtypeOf(call.int("to", 0));
    // Floats on the host are only for sizes that are scaled; float16 has no array of numbers.
    if (dtype === undefined || dtype === "float16") return null;
    const of = dtype === "bool" ? (n: number) => Number(n !== 0) : isInteger(dtype) ? Math.trunc : Number;
    return hostValue(dtype, x.shape, x.data.map(of));
  },
};
