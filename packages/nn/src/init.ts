/** `torch.nn.init`: functions that fill a tensor in place, without recording gradients, and return it. */

import { assign, fill_, normal_ as fillNormal, uniform_ as fillUniform, requireTensors } from "@cresset/core/extend";
import {
  add,
  clamp,
  erfinv,
  tensor as fromArray,
  mul,
  noGrad,
  reshape,
  ShapeError,
  type Tensor,
  ValueError,
} from "@cresset/core/functions";
import { keywords } from "./keywords.ts";

/** What `calculateGain` knows, by PyTorch's names. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "conv_transpose1d"
  | "conv_transpose2d"
  | "conv_transpose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leaky_relu"
  | "selu";

/** Which number of connections the kaiming functions keep the variance of. */
export type FanMode = "fan_in" | "fan_out";

/**
 * The recommended gain of a nonlinearity.
 *
 * @param param the negative slope of "leaky_relu"; default 0.01.
 * @throws ValueError for one that PyTorch knows no gain of.
 */
export function calculateGain(nonlinearity: Nonlinearity, param: number | null = null): number {
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "conv_transpose1d":
    case "conv_transpose2d":
    case "conv_transpose3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leaky_relu":
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity)}`);
  }
}

/** Numbers of inputs and outputs of one unit: [fanIn, fanOut] of a weight [out, in, …kernel]. */
export function calculateFanInAndFanOut(tensor: Tensor): [fanIn: number, fanOut: number] {
  requireTensors("init", [tensor]);
  const { shape } = tensor;
  if (shape.length < 2)
    throw new ShapeError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  const field = shape.slice(2).reduce((n, size) => n * size, 1);
  return [shape[1] * field, shape[0] * field];
}

function fanOf(tensor: Tensor, mode: FanMode): number {
  const modes: readonly string[] = ["fan_in", "fan_out"];
  if (!modes.includes(mode))
    throw new ValueError(`Mode ${mode} not supported, please use one of ['fan_in', 'fan_out']`);
  const [fanIn, fanOut] = calculateFanInAndFanOut(tensor);
  return mode === "fan_in" ? fanIn : fanOut;
}

/** Uniform in [a, b), by default [0, 1). */
export function uniform_(tensor: Tensor, a?: number | UniformOptions, b?: number | UniformOptions): Tensor {
  requireTensors("uniform_", [tensor]);
  const given = keywords<UniformOptions>(["a", "b"], [a, b]);
  return noGrad(() => fillUniform(tensor, given.a ?? 0, given.b ?? 1));
}

export interface UniformOptions {
  readonly a?: number;
  readonly b?: number;
}

/** Normal of mean 0 and standard deviation 1, unless given. */
export function normal_(tensor: Tensor, mean?: number | NormalOptions, std?: number | NormalOptions): Tensor {
  requireTensors("normal_", [tensor]);
  const given = keywords<NormalOptions>(["mean", "std"], [mean, std]);
  return noGrad(() => fillNormal(tensor, given.mean ?? 0, given.std ?? 1));
}

export interface NormalOptions {
  readonly mean?: number;
  readonly std?: number;
}

export function constant_(tensor: Tensor, value: number | { readonly val: number }): Tensor {
  requireTensors("constant_", [tensor]);
  const { val } = keywords<{ val: number }>(["val"], [value]);
  return noGrad(() => fill_(tensor, val));
}

export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

/** Ones on the diagonal of a matrix, zeros elsewhere. */
export function eye_(tensor: Tensor): Tensor {
  requireTensors("eye_", [tensor]);
  if (tensor.ndim !== 2) throw new ShapeError("Only tensors with 2 dimensions are supported");
  const [rows, columns] = tensor.shape;
  const ones: number[] = [];
  for (let i = 0; i < Math.min(rows, columns); i++) ones.push(i * columns + i);
  return fillAt(tensor, ones);
}

/**
 * The identity of a convolution: weights [out, in, …kernel] that pass as many channels through as there are, per group.
 *
 * @throws ShapeError unless the tensor has 3 to 5 dimensions and `groups` divides the number of outputs.
 */
export function dirac_(tensor: Tensor, options: number | { readonly groups?: number } = {}): Tensor {
  requireTensors("dirac_", [tensor]);
  const { shape } = tensor;
  const { groups = 1 } = keywords<{ groups?: number }>(["groups"], [options]);
  if (shape.length < 3 || shape.length > 5)
    throw new ShapeError("Only tensors with 3, 4, or 5 dimensions are supported");
  if (shape[0] % groups !== 0) throw new ShapeError("dim 0 must be divisible by groups");
  const field = shape.slice(2).reduce((n, size) => n * size, 1);
  const centre = shape.slice(2).reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const perGroup = shape[0] / groups;
  const ones: number[] = [];
  for (let g = 0; g < groups; g++)
    for (let d = 0; d < Math.min(perGroup, shape[1]); d++)
      ones.push(((g * perGroup + d) * shape[1] + d) * field + centre);
  return fillAt(tensor, ones);
}

/** Zeros, with ones at the given positions of row-major order. */
function fillAt(tensor: Tensor, ones: readonly number[]): Tensor {
  const data = new Float32Array(tensor.numel());
  for (const at of ones) data[at] = 1;
  const { dtype, device, shape } = tensor;
  return noGrad(() => assign(tensor, reshape(fromArray(data, { dtype, device }), shape), "init"));
}

export interface GainOptions {
  /** Factor for the nonlinearity that follows; default 1. */
  readonly gain?: number;
}

/** Glorot and Bengio (2010): uniform within ±gain √(6 / (fanIn + fanOut)). */
export function xavierUniform_(tensor: Tensor, options: number | GainOptions = {}): Tensor {
  const { gain = 1 } = keywords<GainOptions>(["gain"], [options]);
  const [fanIn, fanOut] = calculateFanInAndFanOut(tensor);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(tensor, -bound, bound);
}

/** Glorot and Bengio (2010): normal with deviation gain √(2 / (fanIn + fanOut)). */
export function xavierNormal_(tensor: Tensor, options: number | GainOptions = {}): Tensor {
  const { gain = 1 } = keywords<GainOptions>(["gain"], [options]);
  const [fanIn, fanOut] = calculateFanInAndFanOut(tensor);
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

export interface KaimingOptions {
  /** Negative slope of the rectifier after the layer, for "leaky_relu"; default 0. */
  readonly a?: number;
  /** Default "fan_in". */
  readonly mode?: FanMode;
  /** Default "leaky_relu". */
  readonly nonlinearity?: Nonlinearity;
}

type KaimingArguments =
  | [options?: KaimingOptions]
  | [a?: number, mode?: FanMode | KaimingOptions, nonlinearity?: Nonlinearity | KaimingOptions];

/** He et al. (2015): uniform within ±gain √(3 / fan). */
export function kaimingUniform_(tensor: Tensor, ...given: KaimingArguments): Tensor {
  requireTensors("kaiming_uniform_", [tensor]);
  if (tensor.shape.includes(0)) return tensor;
  const bound = Math.sqrt(3) * kaimingStd(tensor, given);
  return uniform_(tensor, -bound, bound);
}

/** He et al. (2015): normal with deviation gain / √fan. */
export function kaimingNormal_(tensor: Tensor, ...given: KaimingArguments): Tensor {
  requireTensors("kaiming_normal_", [tensor]);
  if (tensor.shape.includes(0)) return tensor;
  return normal_(tensor, 0, kaimingStd(tensor, given));
}

function kaimingStd(tensor: Tensor, given: KaimingArguments): number {
  const options = keywords<KaimingOptions>(["a", "mode", "nonlinearity"], given);
  const { a = 0, mode = "fan_in", nonlinearity = "leaky_relu" } = options;
  return calculateGain(nonlinearity, a) / Math.sqrt(fanOf(tensor, mode));
}

export interface TruncNormalOptions {
  readonly mean?: number;
  readonly std?: number;
  /** Lowest value; default -2. */
  readonly a?: number;
  /** Highest value; default 2. */
  readonly b?: number;
}

/** Normal, truncated to [a, b]: uniform quantiles through the inverse distribution function. */
export function truncNormal_(
  tensor: Tensor,
  ...given:
    | [options?: TruncNormalOptions]
    | [
        mean?: number,
        std?: number | TruncNormalOptions,
        a?: number | TruncNormalOptions,
        b?: number | TruncNormalOptions,
      ]
): Tensor {
  requireTensors("trunc_normal_", [tensor]);
  const options = keywords<TruncNormalOptions>(["mean", "std", "a", "b"], given);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  const quantile = (x: number): number => (1 + errorFunction((x - mean) / std / Math.SQRT2)) / 2;
  const [low, high] = [quantile(a), quantile(b)];
  return noGrad(() => {
    fillUniform(tensor, 2 * low - 1, 2 * high - 1);
    return assign(tensor, clamp(add(mul(erfinv(tensor), std * Math.SQRT2), mean), a, b), "truncNormal_");
  });
}

/**
 * erf by its Maclaurin series (Abramowitz and Stegun 7.1.6), which converges for the few standard deviations that
 * truncation uses.
 */
function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export { orthogonal_, type SparseOptions, sparse_ } from "./init-matrix.ts";
