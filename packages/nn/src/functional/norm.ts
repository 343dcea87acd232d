import { type Attributes, call, operation } from "@cresset/core/extend";
import { ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { sizeText } from "../printing.ts";
import { requireFloat } from "./activation-common.ts";
import { standardize } from "./standardize.ts";
import { range } from "./window.ts";

export interface AffineOptions {
  /** Factor of the standardised values; default 1. */
  readonly weight?: Tensor | null;
  /** Added to them; default 0. */
  readonly bias?: Tensor | null;
  /** Added to variances; default 1e-5. */
  readonly eps?: number;
}

type AffineArguments =
  | [options?: AffineOptions]
  | [weight?: Tensor | null, bias?: Tensor | null | AffineOptions, eps?: number | AffineOptions];

interface LayerNormParameters extends AffineOptions {
  readonly normalizedShape: number | readonly number[];
}

interface GroupNormParameters extends AffineOptions {
  readonly numGroups: number;
}

/**
 * Layer normalisation: values standardised over the last dimensions, which are `normalizedShape`.
 *
 * @param input [*, …normalizedShape]; weight and bias have the shape `normalizedShape`.
 * @throws ShapeError if the shapes differ.
 * @example
 * F.layerNorm(torch.tensor([[1, 3]]), [2]); // tensor([[-1.0000,  1.0000]])
 */
export function layerNorm(
  input: Tensor,
  ...given: [normalizedShape: number | readonly number[], ...AffineArguments] | [named: LayerNormParameters]
): Tensor {
  const names = ["normalizedShape", "weight", "bias", "eps"] as const;
  const { normalizedShape, weight = null, bias = null, eps = 1e-5 } = keywords<LayerNormParameters>(names, given, 1);
  const sizes = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  requireNormalized(input, sizes, { weight, bias });
  const { shape } = input;
  const lead = shape.length - sizes.length;
  const affine = [...range(0, lead).map(() => 1), ...sizes];
  return standardize("layer", input, weight, bias, eps, { shape, dims: range(lead, sizes.length), affine })[0];
}

/** @throws ShapeError unless the last dimensions of the input, and all of the parameters, are `sizes`. */
function requireNormalized(
  input: Tensor,
  sizes: readonly number[],
  parameters: Readonly<Record<string, Tensor | null>>,
): void {
  const { shape } = input;
  const lead = shape.length - sizes.length;
  if (sizes.length === 0)
    throw new ShapeError(
      "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element",
    );
  if (lead < 0 || sizes.some((size, d) => size !== shape[lead + d]))
    throw new ShapeError(
      `Given normalized_shape=[${sizes.join(", ")}], expected input with shape [*, ${sizes.join(", ")}], but got input of size[${shape.join(", ")}]`,
    );
  for (const [name, tensor] of Object.entries(parameters))
    if (tensor && (tensor.ndim !== sizes.length || sizes.some((size, d) => size !== tensor.shape[d])))
      throw new ShapeError(
        `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape [${tensor.shape.join(", ")}] and normalized_shape = [${sizes.join(", ")}]`,
      );
}

interface RootMeanSquare extends Attributes {
  readonly dims: readonly number[];
  /** Whether eps is given; else it is the dtype's spacing at 1. */
  readonly given: boolean;
}

const rmsOp = operation<RootMeanSquare>(
  "rms_norm",
  ([x, weight], [eps], { dims, given }) => {
    const square = m.mean(m.square(x), dims, true);
    const scale = m.div(1, m.sqrt(m.add(square, given ? m.cast(eps, x.dtype) : m.finfoOf(x.dtype).eps)));
    const y = m.mul(x, scale);
    return weight === undefined ? y : m.mul(y, weight);
  },
  { gradName: "MulBackward0" },
);

/** Keyword arguments of `rmsNorm`. */
export interface RmsNormOptions {
  /** Factor of the values, of the shape `normalizedShape`; default 1. */
  readonly weight?: Tensor | null;
  /** Added to mean squares; default the spacing of the dtype at 1. */
  readonly eps?: number | null;
}

/**
 * Root mean square normalisation (Zhang and Sennrich, 2019): values divided by √(mean of squares + eps) over the last dimensions,
 * which are `normalizedShape`.
 *
 * @param input [*, …normalizedShape].
 * @throws ShapeError if the shapes differ.
 * @example
 * F.rmsNorm(torch.tensor([[3, 4]]), [2]); // tensor([[0.8485, 1.1314]])
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  weight?: Tensor | null | RmsNormOptions,
  eps?: number | null | RmsNormOptions,
): Tensor {
  const given = keywords<RmsNormOptions>(["weight", "eps"], [weight, eps]);
  const sizes = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const factor = given.weight ?? null;
  requireNormalized(input, sizes, { weight: factor });
  requireFloat("rms_norm", input);
  const operands = factor === null ? [input] : [input, factor];
  const numbers = given.eps === undefined || given.eps === null ? [] : [given.eps];
  const dims = range(input.ndim - sizes.length, sizes.length);
  return call(rmsOp, operands, numbers, { dims, given: numbers.length > 0 });
}

/**
 * Group normalisation of [N, C, *]: values standardised over the channels of each of `numGroups` groups and all positions.
 *
 * @param input [N, C, *]; weight and bias are [C].
 * @throws ShapeError unless `numGroups` divides C.
 */
export function groupNorm(
  input: Tensor,
  ...given: [numGroups: number, ...AffineArguments] | [named: GroupNormParameters]
): Tensor {
  const names = ["numGroups", "weight", "bias", "eps"] as const;
  const { numGroups, weight = null, bias = null, eps = 1e-5 } = keywords<GroupNormParameters>(names, given, 1);
  const { shape } = input;
  if (shape.length < 2)
    throw new ShapeError(`Expected at least 2 dimensions for input tensor but received ${shape.length}`);
  const [batch, channels, ...positions] = shape;
  if (channels % numGroups !== 0)
    throw new ShapeError(
      `Expected number of channels in input to be divisible by num_groups, but got input of shape [${shape.join(", ")}] and num_groups=${numGroups}`,
    );
  for (const [name, tensor] of Object.entries({ weight, bias }))
    if (tensor && (tensor.ndim !== 1 || tensor.numel() !== channels))
      throw new ShapeError(
        `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape [${tensor.shape.join(", ")}] and input of shape [${shape.join(", ")}]`,
      );
  const each = channels / numGroups;
  if (input.numel() === batch * numGroups && (batch * channels) / numGroups === 1)
    throw new ValueError(`Expected more than 1 value per channel when training, got input size ${sizeText(shape)}`);
  const split = [batch, numGroups, each, ...positions];
  const affine = [1, numGroups, each, ...positions.map(() => 1)];
  const how = { shape: split, dims: range(2, split.length - 2), affine };
  return standardize("group", input, weight, bias, eps, how)[0];
}

const localOp = operation<{ readonly size: number }>(
  "local_response_norm",
  ([x], [alpha, beta, k], { size }) => {
    // The mean of squares of `size` channels around each, with zeros outside.
    const padded = m.pad(m.square(x), 1, Math.floor(size / 2), x.shape[1] + size - 1);
    const means = m.mean(m.window(padded, 1, size, 1), [x.rank]);
    return m.div(x, m.pow(m.add(m.mul(means, alpha), k), beta));
  },
  { gradName: "DivBackward0" },
);

export interface LocalResponseNormOptions {
  /** Factor of the mean square; default 1e-4. */
  readonly alpha?: number;
  /** Exponent; default 0.75. */
  readonly beta?: number;
  /** Added to it; default 1. */
  readonly k?: number;
}

type LocalArguments =
  | [options?: LocalResponseNormOptions]
  | [alpha?: number, beta?: number | LocalResponseNormOptions, k?: number | LocalResponseNormOptions];

/**
 * Local response normalisation of [N, C, *] (Krizhevsky et al., 2012): each value over
 * (k + alpha · mean square of `size` neighbouring channels) ^ beta.
 *
 * @throws ValueError for fewer than three dimensions.
 */
export function localResponseNorm(input: Tensor, size: number, ...rest: LocalArguments): Tensor {
  const options = keywords<LocalResponseNormOptions>(["alpha", "beta", "k"], rest);
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  if (input.ndim < 3) throw new ValueError(`Expected 3D or higher dimensionality input (got ${input.ndim} dimensions)`);
  requireFloat("local_response_norm", input);
  if (input.numel() === 0) return input;
  return call(localOp, [input], [alpha, beta, k], { size });
}

const crossMapOp = operation<{ readonly size: number }>("cross_map_lrn2d", ([x], [alpha, beta, k], { size }) => {
  const reach = Math.floor((size - 1) / 2);
  const square = m.square(x);
  const channels = x.shape[1];
  const padded = m.pad(square, 1, reach, channels + 2 * reach);
  const sums = m.sum(m.window(padded, 1, 2 * reach + 1, 1), [x.rank]);
  const first = m.where(m.gt(m.iota(x.shape, 1), reach), m.slice(square, 1, 0, 1), 0);
  return m.div(x, m.pow(m.add(m.mul(m.add(sums, first), m.div(alpha, size)), k), beta));
});

/** What `nn.CrossMapLRN2d` computes. */
export function crossMapNorm(input: Tensor, size: number, alpha: number, beta: number, k: number): Tensor {
  requireFloat("cross_map_lrn2d", input);
  if (input.numel() === 0) return input;
  return call(crossMapOp, [input], [alpha, beta, k], { size });
}
