/** How operations are called, and what the generic tests try them on: for each a line beside its line in the catalogue. */
import type { DType } from "../../../dtype/dtype.ts";
import { fromHost } from "../../../tensor/creation.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { Forms } from "../form.ts";

/** An operand: its values are spread over a range and differ from one another. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: "float64" | "int64" | "int32" | "bool";
  /** Values of floats are in between, integers from `low` up to `high` - 1. */
  readonly low: number;
  readonly high: number;
  /** Given instead of spread ones. */
  readonly values?: readonly number[];
  /** No gradient reaches it, in PyTorch either. */
  readonly constant?: true;
}

/** A call: `fn(...operands, ...rest)`, or what `args` makes of the operands. */
export interface Sample {
  readonly operands: readonly Operand[];
  readonly args: <T>(...operands: T[]) => readonly unknown[];
  /** What its first operand is made before: it reads one triangle, or takes for granted that rows are log-probabilities. */
  readonly among?: "symmetric" | "triangular" | "logProbabilities";
  /** Why this call has no derivative, where others of the operation have one. */
  readonly flat?: string;
}

export interface Samples {
  readonly samples: readonly Sample[];
  /** Why it has no derivative: it is not asked for one. */
  readonly flat?: string;
  /** Why it has a first derivative only. */
  readonly once?: string;
  /** Why a view is not the same to it as a copy. */
  readonly ofStorage?: string;
}

/** The part of an operation's record that is not for users' programs: how PyTorch calls it, and what it is tried on. */
export interface Description extends Samples {
  readonly forms: Forms;
}

const floats = (low: number, high: number, shape: readonly number[]): Operand => ({
  shape,
  dtype: "float64",
  low,
  high,
});

/** Of both signs. */
export const real = (...shape: number[]): Operand => floats(-2, 2, shape);
export const positive = (...shape: number[]): Operand => floats(0.3, 2.5, shape);
/** Inside (-1, 1). */
export const unit = (...shape: number[]): Operand => floats(-0.9, 0.9, shape);
/** Inside (0, 1). */
export const probability = (...shape: number[]): Operand => floats(0.1, 0.9, shape);
export const aboveOne = (...shape: number[]): Operand => floats(1.2, 3, shape);
/** int64 below `high`. */
export const integers = (high: number, ...shape: number[]): Operand => ({ shape, dtype: "int64", low: 0, high });
export const given = (
  values: readonly number[],
  shape: readonly number[],
  dtype: Operand["dtype"] = "float64",
): Operand => ({
  shape,
  dtype,
  low: 0,
  high: 0,
  values,
});
/** An operand to which no gradient is given. */
export const constant = (operand: Operand): Operand => ({ ...operand, constant: true });
export const mask = (...shape: number[]): Operand => ({ shape, dtype: "bool", low: 0, high: 2 });

/** One call: operands, then the other arguments. */
export const on = (operands: readonly Operand[], ...rest: unknown[]): Sample => ({
  operands,
  args: (...tensors) => [...tensors, ...rest],
});

/** One call whose arguments stand in another order, or in lists. */
export const as = (operands: readonly Operand[], args: <T>(...operands: T[]) => readonly unknown[]): Sample => ({
  operands,
  args,
});

export const smooth = (...samples: Sample[]): Samples => ({ samples });
export const flat = (why: string, ...samples: Sample[]): Samples => ({ samples, flat: why });

/** No samples, for a reason. */
export const untried = (why: string): Samples => ({ samples: [], flat: why });

/** How PyTorch calls the operation of these samples. */
export const takes = (forms: Forms, samples: Samples): Description => ({ ...samples, forms });

export const boolResult = "its results are booleans";
export const intResult = "its results are integers";
export const integersOnly = "it takes integers";

const golden = 0.6180339887498949;

/** The values of an operand, the `place`-th of its call. */
export function valuesOf({ shape, dtype, low, high, values }: Operand, place: number): number[] {
  if (values !== undefined) return [...values];
  const size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, i) => {
    const spread = ((i + 1) * golden + place * 0.37) % 1;
    const value = low + spread * (high - low);
    return dtype === "float64" ? value : Math.floor(value);
  });
}

/** An operand as a tensor of a dtype. */
export function tensorOf(values: readonly number[], shape: readonly number[], dtype: DType, device?: string): Tensor {
  if (dtype === "float64") return fromHost(Float64Array.from(values), shape, dtype, device);
  if (dtype === "float32") return fromHost(Float32Array.from(values), shape, dtype, device);
  if (dtype === "int64")
    return fromHost(BigInt64Array.from(values.map((v) => BigInt(Math.trunc(v)))), shape, dtype, device);
  if (dtype === "int32") return fromHost(Int32Array.from(values), shape, dtype, device);
  if (dtype === "bool") return fromHost(Uint8Array.from(values.map((v) => Number(v !== 0))), shape, dtype, device);
  throw new Error(`no samples of ${dtype}`);
}
