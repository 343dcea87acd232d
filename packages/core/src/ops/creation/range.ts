/** Evenly spaced numbers, computed on the host in float64 and rounded to the dtype. */
import { type DType, hostArray, isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { ValueError } from "../../errors.ts";
import { isScalar, type Scalar, scalarKind, scalarValue, toNumber } from "../../runtime/scalar.ts";
import { fromHost, type TensorOptions, withGradOption } from "../../tensor/creation.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import { writer } from "../../tensor/nested.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuse } from "../elementwise/operands.ts";
import { overflow } from "./fill.ts";

interface ArangeParameters extends TensorOptions {
  readonly start?: Scalar;
  readonly end?: Scalar;
  readonly step?: Scalar;
}

/**
 * Numbers from `start` (default 0) up to, not including, `end` in steps of `step` (default 1). int64 if all three are
 * integer-valued, else the default float dtype.
 *
 * @throws ValueError for a step of zero or of the wrong sign, or infinite bounds.
 * @example
 * torch.arange(5); // [0, 1, 2, 3, 4], int64
 * torch.arange(torch.float(5)); // float32
 * torch.arange(1, 2.5, 0.5); // [1, 1.5, 2]
 */
export function arange(end: Scalar, options?: TensorOptions): Tensor;
export function arange(start: Scalar, end: Scalar, options?: TensorOptions): Tensor;
export function arange(start: Scalar, end: Scalar, step: Scalar, options?: TensorOptions): Tensor;
export function arange(start: Scalar, named: ArangeParameters): Tensor;
export function arange(named: ArangeParameters & { readonly end: Scalar }): Tensor;
export function arange(...args: readonly (Scalar | ArangeParameters | undefined)[]): Tensor {
  const [first, second] = args;
  // One number is the end, unless that has a name.
  const endAlone = isScalar(first) && !isScalar(second) && second?.end === undefined;
  const names = ["start", "end", "step", "dtype", "device", "requiresGrad"] as const;
  const given = keywords<ArangeParameters & { end: Scalar }>(names, endAlone ? [0, ...args] : args);
  const { start = 0, end, step = 1, ...options } = given;
  if (end === undefined) throw new ValueError("missing required argument: 'end'");
  const dtype =
    options.dtype ?? ([start, end, step].some((x) => scalarKind(x) === "float") ? getDefaultDtype() : "int64");
  checkRange(toNumber(start), toNumber(end), toNumber(step), dtype);
  return dtype === "int64" ? integers(start, end, step, options) : spaced(start, end, step, dtype, options);
}

function checkRange(start: number, end: number, step: number, dtype: DType): void {
  if (dtype === "bool") refuse("arange_cpu", dtype);
  if (!isFloat(dtype) && ![start, end, step].every(Number.isFinite)) overflow("int64");
  if ((isFloat(dtype) ? step : Math.trunc(step)) === 0 || Number.isNaN(step))
    throw new ValueError("step must be nonzero");
  if (!Number.isFinite(start) || !Number.isFinite(end))
    throw new ValueError(`unsupported range: ${printed(start)} -> ${printed(end)}`);
  if (step > 0 ? end < start : end > start)
    throw new ValueError("upper bound and larger bound inconsistent with step sign");
}

/** As C++ prints it. */
const printed = (x: number): string => String(x).replace("Infinity", "inf").replace("NaN", "nan");

function integers(start: Scalar, end: Scalar, step: Scalar, options: TensorOptions): Tensor {
  const whole = (x: Scalar): bigint => {
    const value = scalarValue(x);
    return typeof value === "bigint" ? value : BigInt(Math.trunc(value));
  };
  const [from, to, by] = [whole(start), whole(end), whole(step)];
  const length = Math.max(0, Math.ceil(Number(to - from) / Number(by)));
  const host = new BigInt64Array(length);
  for (let i = 0, value = from; i < length; i++, value += by) host[i] = value;
  return withGradOption(fromHost(host, [length], "int64", options.device), options);
}

function spaced(start: Scalar, end: Scalar, step: Scalar, dtype: DType, options: TensorOptions): Tensor {
  const [from, to, by] = [toNumber(start), toNumber(end), toNumber(step)];
  const length = Math.max(0, Math.ceil((to - from) / by));
  const [first, delta] = isFloat(dtype) ? [from, by] : [Math.trunc(from), Math.trunc(by)];
  return evaluated(length, dtype, options, (i) => first + delta * i);
}

function evaluated(length: number, dtype: DType, options: TensorOptions, at: (i: number) => number): Tensor {
  const host = hostArray(dtype, length);
  const write = writer(host, dtype);
  for (let i = 0; i < length; i++) write(i, at(i));
  return withGradOption(fromHost(host, [length], dtype, options.device), options);
}

/** Interpolates from both ends, as PyTorch does, so that the last element is exactly `end`. */
function interpolation(start: number, end: number, steps: number, dtype: DType): (i: number) => number {
  const round = dtype === "float32" ? Math.fround : (x: number): number => x;
  const [from, to] = isFloat(dtype) ? [round(start), round(end)] : [Math.trunc(start), Math.trunc(end)];
  const step = round(round(to - from) / (steps - 1));
  const half = Math.trunc(steps / 2);
  if (steps === 1) return () => from;
  return (i) => (i < half ? from + step * i : to - step * (steps - i - 1));
}

function checkSteps(steps: number): void {
  if (steps < 0 || !Number.isInteger(steps)) throw new ValueError("number of steps must be non-negative");
}

interface LinspaceParameters extends TensorOptions {
  readonly start: Scalar;
  readonly end: Scalar;
  readonly steps: number;
}

interface LogspaceParameters extends LinspaceParameters {
  readonly base?: Scalar;
}

/** Bounds and steps in their places or by name. */
export type LinspaceArguments =
  | readonly [start: Scalar, end: Scalar, steps: number, options?: TensorOptions]
  | ByName<LinspaceParameters, ["start", "end", "steps"]>;

export type LogspaceArguments =
  | readonly [
      start: Scalar,
      end: Scalar,
      steps: number,
      base?: Scalar | (TensorOptions & { readonly base?: Scalar }),
      options?: TensorOptions,
    ]
  | ByName<LogspaceParameters, ["start", "end", "steps"]>;

/**
 * `steps` numbers evenly spaced from `start` to `end`, both included; dtype default float32.
 *
 * @throws ValueError for negative `steps`.
 * @example torch.linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(...given: LinspaceArguments): Tensor {
  const names = ["start", "end", "steps", "dtype", "device", "requiresGrad"] as const;
  const { start, end, steps, ...options } = keywords<LinspaceParameters>(names, given, 3);
  checkSteps(steps);
  const dtype = options.dtype ?? getDefaultDtype();
  return evaluated(steps, dtype, options, interpolation(toNumber(start), toNumber(end), steps, dtype));
}

/**
 * `steps` powers of `base` (default 10) whose exponents are evenly spaced from `start` to `end`; dtype default float32.
 *
 * @example torch.logspace(-2, 2, 5) // [0.01, 0.1, 1, 10, 100]
 */
export function logspace(...given: LogspaceArguments): Tensor {
  const names = ["start", "end", "steps", "base", "dtype", "device", "requiresGrad"] as const;
  const { start, end, steps, base = 10, ...options } = keywords<LogspaceParameters>(names, given, 3);
  checkSteps(steps);
  const dtype = options.dtype ?? getDefaultDtype();
  const exponent = interpolation(toNumber(start), toNumber(end), steps, dtype);
  const round = dtype === "float32" ? Math.fround : (x: number): number => x;
  const by = isFloat(dtype) ? round(toNumber(base)) : Math.trunc(toNumber(base));
  return evaluated(steps, dtype, options, (i) => by ** round(exponent(i)));
}
