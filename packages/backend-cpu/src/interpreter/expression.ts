import {
  type Argument,
  type Bound,
  type Call,
  castArgument,
  castFunction,
  type DType,
  type Expression,
  floatToHalf,
  type HostArray,
  halfToFloat,
  type Index,
  type Scalar,
  scalarMeaning,
} from "@cresset/core/backend";
import { clampIndex } from "../clamp-index.ts";

/** Where a kernel is: its operands and arguments, the coordinates of the point, the registers. */
export interface Frame {
  readonly memory: readonly HostArray[];
  readonly call: Call;
  readonly args: readonly Argument[];
  readonly failed: Uint8Array;
  readonly axes: number[];
  readonly registers: Scalar[];
}

export type Evaluate<T> = (frame: Frame) => T;

/** Reads element `at` of an operand; nothing is there only where an index from data has no valid value. */
export function loader(dtype: DType): (array: HostArray, at: number) => Scalar {
  const nothing = dtype === "int64" ? 0n : 0;
  if (dtype === "float16") return (array, at) => halfToFloat(Number(array[at] ?? 0));
  return (array, at) => array[at] ?? nothing;
}

/** Writes an element; the value is of the array's dtype. */
export function storer(dtype: DType): (array: HostArray, at: number, value: Scalar) => void {
  if (dtype === "int64") {
    return (array, at, value) => {
      if (array instanceof BigInt64Array) array[at] = BigInt(value);
    };
  }
  const encode = dtype === "float16" ? floatToHalf : (value: number) => value;
  return (array, at, value) => {
    if (!(array instanceof BigInt64Array)) array[at] = encode(Number(value));
  };
}

export function interpretIndex(index: Index): Evaluate<number> {
  switch (index.kind) {
    case "constant":
      return () => index.value;
    case "axis":
      return (frame) => frame.axes[index.axis];
    case "argument":
      return (frame) => Number(frame.args[frame.call.arguments[index.slot]]);
    case "sum": {
      const left = interpretIndex(index.left);
      const right = interpretIndex(index.right);
      return (frame) => left(frame) + right(frame);
    }
    case "product": {
      const input = interpretIndex(index.input);
      return (frame) => input(frame) * index.by;
    }
    case "quotient": {
      const input = interpretIndex(index.input);
      return (frame) => Math.floor(input(frame) / index.by);
    }
    case "remainder": {
      const input = interpretIndex(index.input);
      return (frame) => input(frame) % index.by;
    }
    case "value": {
      const value = interpretExpression(index.value);
      return (frame) => clampIndex(Number(value(frame)), index.extent);
    }
  }
}

function interpretBounds(bounds: readonly Bound[]): Evaluate<boolean> {
  const tests = bounds.map((bound) => ({ ...bound, at: interpretIndex(bound.index) }));
  return (frame) => {
    for (const { at, extent } of tests) {
      const index = at(frame);
      if (!(index >= 0 && index < extent)) return false;
    }
    for (const { at, step } of tests) if (step !== 1 && at(frame) % step !== 0) return false;
    return true;
  };
}

function interpretApply(e: Expression & { kind: "apply" }): Evaluate<Scalar> {
  const [a, b, c] = e.inputs.map(interpretExpression);
  if (e.op === "where") return (frame) => (a(frame) ? b(frame) : c(frame));
  const meaning = scalarMeaning(e.op, e.inputs[0].dtype);
  if (b === undefined) return (frame) => meaning(a(frame));
  if (c === undefined) return (frame) => meaning(a(frame), b(frame));
  return (frame) => meaning(a(frame), b(frame), c(frame));
}

/** The expression as a function of the frame. */
export function interpretExpression(e: Expression): Evaluate<Scalar> {
  switch (e.kind) {
    case "constant": {
      const value = castArgument(e.value, e.dtype);
      return () => value;
    }
    case "argument":
      return (frame) => castArgument(frame.args[frame.call.arguments[e.slot]], e.dtype);
    case "index": {
      const index = interpretIndex(e.index);
      return (frame) => castArgument(index(frame), e.dtype);
    }
    case "load": {
      const index = interpretIndex(e.index);
      const load = loader(e.dtype);
      return (frame) => load(frame.memory[frame.call.buffers[e.operand]], index(frame));
    }
    case "register":
      return (frame) => frame.registers[e.register];
    case "apply":
      return interpretApply(e);
    case "cast": {
      const input = interpretExpression(e.input);
      const cast = castFunction(e.input.dtype, e.dtype);
      return (frame) => cast(input(frame));
    }
    case "guard": {
      const holds = interpretBounds(e.bounds);
      const value = interpretExpression(e.value);
      const otherwise = interpretExpression(e.otherwise);
      return (frame) => (holds(frame) ? value(frame) : otherwise(frame));
    }
  }
}
