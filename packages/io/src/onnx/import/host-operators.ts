import type { DType } from "@cresset/core/functions";
import { dtypeOf } from "../dtypes.ts";
import type { Call } from "./call.ts";
import { countOf, type HostValue, hostValue, mostOnHost } from "./host-value.ts";

/** Operators on arrays of the host; null where a form is left to tensors. */
export type HostOperator = (call: Call, inputs: readonly HostValue[]) => HostValue | null;

const binary =
  (of: (a: number, b: number) => number, result?: DType): HostOperator =>
  (call, [a, b]) => {
    if (a === undefined || b === undefined) throw call.error("takes two inputs");
    return broadcast(call, result ?? a.dtype, [a, b], ([x, y]) => of(x, y));
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
  return hostValue(dtype, shape, data);
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

export function axisIn(call: Call, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= Math.max(rank, 1))
    throw call.error(`there is no dimension ${axis} of ${rank}`);
  return at;
}

const inputOf = (call: Call, inputs: readonly HostValue[]): HostValue => {
  const [x] = inputs;
  if (x === undefined) throw call.error("has no input");
  return x;
};

const vectorsOnly = (x: HostValue): boolean => x.shape.length <= 1;

export const hostOperators: Readonly<Record<string, HostOperator>> = {
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
  Not: (call, inputs) => {
    const x = inputOf(call, inputs);
    return hostValue(
      "bool",
      x.shape,
      x.data.map((n) => Number(n === 0)),
    );
  },
  Neg: (call, inputs) => {
    const x = inputOf(call, inputs);
    return hostValue(
      x.dtype,
      x.shape,
      x.data.map((n) => 0 - n),
    );
  },
  Where: (call, [condition, a, b]) => {
    if (condition === undefined || a === undefined || b === undefined) throw call.error("takes three inputs");
    return broadcast(call, a.dtype, [condition, a, b], ([c, x, y]) => (c !== 0 ? x : y));
  },
  Cast: (call, inputs) => {
    const x = inputOf(call, inputs);
    const dtype = dtypeOf(call.int("to", 0));
    // Floats on the host are only for sizes that are scaled; float16 has no array of numbers.
    if (dtype === undefined || dtype === "float16") return null;
    if (dtype === "bool")
      return hostValue(
        dtype,
        x.shape,
        x.data.map((n) => Number(n !== 0)),
      );
    return hostValue(dtype, x.shape, isInteger(dtype) ? x.data.map(Math.trunc) : x.data);
  },
  Floor: (call, inputs) => {
    const x = inputOf(call, inputs);
    return hostValue(x.dtype, x.shape, x.data.map(Math.floor));
  },
  Ceil: (call, inputs) => {
    const x = inputOf(call, inputs);
    return hostValue(x.dtype, x.shape, x.data.map(Math.ceil));
  },
  Shape: (call, inputs) => hostValue("int64", [inputOf(call, inputs).shape.length], inputOf(call, inputs).shape),
  Size: (call, inputs) => hostValue("int64", [], [inputOf(call, inputs).data.length]),
  Squeeze: (call, [x]) => {
    if (x === undefined) throw call.error("has no input");
    const axes = call.axes(1)?.map((axis) => axisIn(call, axis, x.shape.length));
    const shape = x.shape.filter((n, d) => (axes === undefined ? n !== 1 : !axes.includes(d)));
    if (countOf(shape) !== x.data.length)
      throw call.error(`only dimensions of size 1 can be removed from [${x.shape.join(", ")}]`);
    return hostValue(x.dtype, shape, x.data);
  },
  Unsqueeze: (call, [x]) => {
    if (x === undefined) throw call.error("has no input");
    const given = call.axes(1) ?? [];
    const rank = x.shape.length + given.length;
    const axes = given.map((axis) => axisIn(call, axis, rank));
    const shape = [...x.shape];
    for (const axis of [...axes].sort((a, b) => a - b)) shape.splice(axis, 0, 1);
    return hostValue(x.dtype, shape, x.data);
  },
  Reshape: (call, [x, target]) => {
    if (x === undefined || target === undefined) throw call.error("takes two inputs");
    return hostValue(x.dtype, reshapeTarget(call, x.shape, target.data), x.data);
  },
  Concat: (_, inputs) => {
    if (inputs.length === 0 || !inputs.every((x) => x.shape.length === 1)) return null;
    const data = inputs.flatMap((x) => [...x.data]);
    if (data.length > mostOnHost) return null;
    return hostValue(inputs[0].dtype, [data.length], data);
  },
  Gather: (call, [x, index]) => {
    if (x === undefined || index === undefined) throw call.error("takes two inputs");
    if (x.shape.length !== 1) return null;
    const data = index.data.map((i) => {
      const at = i < 0 ? i + x.data.length : i;
      if (!(at >= 0 && at < x.data.length)) throw call.error(`there is no element ${i} of ${x.data.length}`);
      return x.data[at];
    });
    return hostValue(x.dtype, index.shape, data);
  },
  Slice: (call, [x, ...rest]) => {
    if (x === undefined) throw call.error("has no input");
    if (x.shape.length !== 1 || rest.length < 2) return null;
    const { start, size, step } = sliceOf(call, x.data.length, rest[0].data[0], rest[1].data[0], rest[3]?.data[0] ?? 1);
    const data = Array.from({ length: size }, (_, i) => x.data[start + i * step]);
    return hostValue(x.dtype, [size], data);
  },
  Range: (call, [start, limit, delta]) => {
    if (start === undefined || limit === undefined || delta === undefined) throw call.error("takes three inputs");
    const [from, to, step] = [start.data[0], limit.data[0], delta.data[0]];
    if (step === 0) throw call.error("the step is 0");
    const count = Math.max(0, Math.ceil((to - from) / step));
    if (!(count <= mostOnHost)) return null;
    return hostValue(
      start.dtype,
      [count],
      Array.from({ length: count }, (_, i) => from + i * step),
    );
  },
  ReduceProd: (call, inputs) => reduced(call, inputs, (a, b) => a * b, 1),
  ReduceSum: (call, inputs) => reduced(call, inputs, (a, b) => a + b, 0),
};

function reduced(
  call: Call,
  [x]: readonly HostValue[],
  of: (a: number, b: number) => number,
  first: number,
): HostValue | null {
  if (x === undefined || !vectorsOnly(x)) return null;
  const shape = call.int("keepdims", 1) === 1 && x.shape.length === 1 ? [1] : [];
  return hostValue(x.dtype, shape, [x.data.reduce(of, first)]);
}

/** ONNX's target of a reshape as a shape: 0 is taken over, -1 is what is left. */
export function reshapeTarget(call: Call, from: readonly number[], target: readonly number[]): number[] {
  const copies = call.int("allowzero", 0) === 0;
  const shape = target.map((n, d) => {
    if (n !== 0 || !copies) return n;
    if (d >= from.length) throw call.error(`takes over dimension ${d} of [${from.join(", ")}], which there is not`);
    return from[d];
  });
  const unknown = shape.indexOf(-1);
  const known = shape.reduce((n, size, d) => (d === unknown ? n : n * size), 1);
  if (unknown >= 0) shape[unknown] = known === 0 ? 0 : countOf(from) / known;
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0) || countOf(shape) !== countOf(from))
    throw call.error(`[${from.join(", ")}] cannot be reshaped to [${target.join(", ")}]`);
  return shape;
}

/** Ranges are made at once: what a damaged file asks for must not take all memory. */
export function requireLength(call: Call, length: number): void {
  if (!(Math.abs(length) <= 2 ** 27)) throw call.error(`a range of ${length} elements`);
}

/** A slice of a dimension: limits beyond it end at it. */
export function sliceOf(
  call: Call,
  size: number,
  from: number,
  to: number,
  step: number,
): { start: number; size: number; step: number } {
  if (!Number.isInteger(step) || step === 0) throw call.error(`a step of ${step}`);
  const clamp = (n: number, low: number, high: number): number => Math.min(Math.max(n, low), high);
  const begin = from < 0 ? from + size : from;
  const end = to < 0 ? to + size : to;
  if (step > 0) {
    const start = clamp(begin, 0, size);
    return { start, size: Math.max(0, Math.ceil((clamp(end, 0, size) - start) / step)), step };
  }
  const start = clamp(begin, 0, size - 1);
  return { start, size: size === 0 ? 0 : Math.max(0, Math.ceil((clamp(end, -1, size - 1) - start) / step)), step };
}
