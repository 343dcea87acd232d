import { call, operation, pytorchName, requireTensors } from "@cresset/core/extend";
import { DTypeError, ShapeError, squeeze, type Tensor, unsqueeze, ValueError } from "@cresset/core/functions";
import { keywords, type Places } from "../keywords.ts";
import { requireFloatOrLong } from "./activation-common.ts";
import { biased, biasGradient, type Convolution, convolve, weightGradient } from "./convolution.ts";
import { convolveBack } from "./convolution-back.ts";
import { type Size, sizesOf } from "./window.ts";

/** Zeros on both sides of the input, or how many are wanted: "valid" for none, "same" for an output as large as the input. */
export type ConvPadding = Size | "valid" | "same";

export interface ConvOptions {
  /** Distance between windows; default 1. */
  readonly stride?: Size;
  /** Default 0. */
  readonly padding?: ConvPadding;
  /** Distance between the elements of a window; default 1. */
  readonly dilation?: Size;
  /** Number of parts that the channels are split into, each with its own filters; default 1. */
  readonly groups?: number;
}

/** The options where the bias stands, or with it among them. */
type BiasAnd<Options> = Options & { readonly bias?: Tensor | null };

type ConvArguments = Places<[stride?: Size, padding?: ConvPadding, dilation?: Size, groups?: number], ConvOptions>;

interface ConvAttributes extends Convolution {
  /** Spatial sizes of the input and of the weights, for the gradients. */
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  /** Whether it is the transposed convolution: the operations have one name, as in PyTorch. */
  readonly transposed: boolean;
}

const convolutionOp = operation<ConvAttributes>(
  "convolution",
  ([x, weight, bias], _, how) => biased(convolve(x, weight, how), bias),
  {
    derivative: (c) => [
      c.needs(0) ? convolveBack(c.grad(), c.input(1), c.attributes.sizes, c.attributes) : null,
      c.needs(1) ? weightGradient(c.input(0), c.grad(), c.attributes.kernel, c.attributes) : null,
      c.needs(2) ? biasGradient(c.grad()) : null,
    ],
  },
);

/** The transposed convolution is the gradient of a convolution; its own gradients are that convolution's value and gradient. */
const transposedOp = operation<ConvAttributes>(
  "convolution",
  ([x, weight, bias], _, how) => biased(convolveBack(x, weight, how.sizes, how), bias),
  {
    derivative: (c) => [
      c.needs(0) ? convolve(c.grad(), c.input(1), c.attributes) : null,
      c.needs(1) ? weightGradient(c.grad(), c.input(0), c.attributes.kernel, c.attributes) : null,
      c.needs(2) ? biasGradient(c.grad()) : null,
    ],
  },
);

/**
 * Convolution over [N, inChannels, L] (or unbatched [inChannels, L]).
 *
 * @param weight [outChannels, inChannels / groups, K]
 * @param bias [outChannels]; none by default.
 * @returns [N, outChannels, (L + 2 · padding - dilation · (K - 1) - 1) / stride + 1], rounded down.
 * @throws ShapeError where shapes do not fit, ValueError for "same" with a stride.
 * @example
 * F.conv1d(torch.randn([20, 16, 50]), torch.randn([33, 16, 3]), null, { padding: 1 }).shape; // [20, 33, 50]
 */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null | BiasAnd<ConvOptions>,
  ...rest: ConvArguments
): Tensor {
  return conv(1, input, weight, bias, ...rest);
}

/**
 * Convolution over [N, inChannels, H, W] (or unbatched [inChannels, H, W]).
 *
 * @param weight [outChannels, inChannels / groups, KH, KW]
 * @param bias [outChannels]; none by default.
 * @returns [N, outChannels, H', W'], each as in `conv1d`.
 * @throws ShapeError where shapes do not fit, ValueError for "same" with a stride.
 * @example
 * F.conv2d(torch.randn([1, 4, 5, 5]), torch.randn([8, 4, 3, 3]), null, { padding: "same" }).shape; // [1, 8, 5, 5]
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null | BiasAnd<ConvOptions>,
  ...rest: ConvArguments
): Tensor {
  return conv(2, input, weight, bias, ...rest);
}

/**
 * Convolution over [N, inChannels, D, H, W] (or unbatched [inChannels, D, H, W]); otherwise as `conv2d`.
 *
 * @param weight [outChannels, inChannels / groups, KD, KH, KW]
 */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null | BiasAnd<ConvOptions>,
  ...rest: ConvArguments
): Tensor {
  return conv(3, input, weight, bias, ...rest);
}

function conv(dims: number, input: Tensor, weight: Tensor, ...given: readonly unknown[]): Tensor {
  const options = keywords<BiasAnd<ConvOptions>>(["bias", "stride", "padding", "dilation", "groups"], given);
  const { bias, padding = 0, groups = 1 } = options;
  const stride = sizesOf("stride", options.stride ?? 1, dims);
  const dilation = sizesOf("dilation", options.dilation ?? 1, dims);
  const x = batched(`conv${dims}d`, dims, input);
  checkOperands(dims, x, weight, bias, groups);
  checkSteps(stride, dilation);
  if (weight.shape[1] * groups !== x.shape[1])
    throw new ShapeError(
      `Given groups=${groups}, weight of size ${text(weight)}, expected input${text(x)} to have ${weight.shape[1] * groups} channels, but got ${x.shape[1]} channels instead`,
    );
  const sizes = x.shape.slice(2);
  const kernel = weight.shape.slice(2);
  const [low, high] = paddings(padding, kernel, stride, dilation);
  const reached = sizes.map((size, d) => size + low[d] + high[d]);
  const spans = kernel.map((k, d) => (k - 1) * dilation[d] + 1);
  if (spans.some((span, d) => span > reached[d]))
    throw new ShapeError(
      `Calculated padded input size per channel: (${reached.join(" x ")}). Kernel size: (${spans.join(" x ")}). Kernel size can't be greater than actual input size`,
    );
  const how = { stride, dilation, low, high, groups, sizes, kernel, transposed: false };
  const y = call(convolutionOp, bias ? [x, weight, bias] : [x, weight], [], how);
  return x === input ? y : squeeze(y, 0);
}

/** Zeros before and after each dimension; of an odd number, "same" puts the larger half after. */
function paddings(
  padding: ConvPadding,
  kernel: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): [low: number[], high: number[]] {
  if (padding === "valid") return [kernel.map(() => 0), kernel.map(() => 0)];
  if (padding === "same") {
    if (stride.some((s) => s !== 1)) throw new ValueError("padding='same' is not supported for strided convolutions");
    const total = kernel.map((k, d) => (k - 1) * dilation[d]);
    return [total.map((n) => Math.floor(n / 2)), total.map((n) => Math.ceil(n / 2))];
  }
  if (typeof padding === "string")
    throw new ValueError(`Invalid padding string ${JSON.stringify(padding)}, should be one of "valid", "same"`);
  const each = sizesOf("padding", padding, kernel.length);
  if (each.some((n) => n < 0)) throw new ValueError("negative padding is not supported");
  return [each, each];
}

export interface ConvTransposeOptions {
  /** Distance between the windows that inputs write to; default 1. */
  readonly stride?: Size;
  /** Elements cut off on both sides of the output; default 0. */
  readonly padding?: Size;
  /** Elements added at the end of the output; default 0. */
  readonly outputPadding?: Size;
  /** Number of parts that the channels are split into, each with its own filters; default 1. */
  readonly groups?: number;
  /** Distance between the elements of a window; default 1. */
  readonly dilation?: Size;
}

type ConvTransposeArguments = Places<
  [stride?: Size, padding?: Size, outputPadding?: Size, groups?: number, dilation?: Size],
  ConvTransposeOptions
>;

/**
 * Transposed convolution over [N, inChannels, L] (or unbatched [inChannels, L]): the gradient of a convolution for its
 * input.
 *
 * @param weight [inChannels, outChannels / groups, K]
 * @param bias [outChannels]; none by default.
 * @returns [N, outChannels, (L - 1) · stride - 2 · padding + dilation · (K - 1) + outputPadding + 1]
 * @throws ShapeError where shapes do not fit; ValueError if `outputPadding` is not smaller than stride or dilation.
 * @example
 * F.convTranspose1d(torch.randn([20, 16, 50]), torch.randn([16, 33, 5])).shape; // [20, 33, 54]
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null | BiasAnd<ConvTransposeOptions>,
  ...rest: ConvTransposeArguments
): Tensor {
  return convTranspose(1, input, weight, bias, ...rest);
}

/** Transposed convolution over [N, inChannels, H, W] (or unbatched); otherwise as `convTranspose1d`. */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null | BiasAnd<ConvTransposeOptions>,
  ...rest: ConvTransposeArguments
): Tensor {
  return convTranspose(2, input, weight, bias, ...rest);
}

/** Transposed convolution over [N, inChannels, D, H, W] (or unbatched); otherwise as `convTranspose1d`. */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null | BiasAnd<ConvTransposeOptions>,
  ...rest: ConvTransposeArguments
): Tensor {
  return convTranspose(3, input, weight, bias, ...rest);
}

function convTranspose(dims: number, input: Tensor, weight: Tensor, ...given: readonly unknown[]): Tensor {
  const names = ["bias", "stride", "padding", "outputPadding", "groups", "dilation"] as const;
  const options = keywords<BiasAnd<ConvTransposeOptions>>(names, given);
  const { bias, groups = 1 } = options;
  const stride = sizesOf("stride", options.stride ?? 1, dims);
  const low = sizesOf("padding", options.padding ?? 0, dims);
  const extra = sizesOf("output_padding", options.outputPadding ?? 0, dims);
  const dilation = sizesOf("dilation", options.dilation ?? 1, dims);
  const x = batched(`conv_transpose${dims}d`, dims, input);
  checkOperands(dims, x, weight, bias, groups, true);
  checkSteps(stride, dilation);
  if (low.some((n) => n < 0)) throw new ValueError("negative padding is not supported");
  if (extra.some((n, d) => n < 0 || (n >= stride[d] && n >= dilation[d])))
    throw new ValueError(
      `output padding must be smaller than either stride or dilation, but got ${byName("output_padding", extra, 0)} ${byName("stride", stride, 1)} ${byName("dilation", dilation, 1)}`,
    );
  if (weight.shape[0] !== x.shape[1])
    throw new ShapeError(
      `Given transposed=1, weight of size ${text(weight)}, expected input${text(x)} to have ${weight.shape[0]} channels, but got ${x.shape[1]} channels instead`,
    );
  const kernel = weight.shape.slice(2);
  const inputs = x.shape.slice(2);
  const sizes = inputs.map((n, d) => (n - 1) * stride[d] - 2 * low[d] + dilation[d] * (kernel[d] - 1) + extra[d] + 1);
  if (sizes.some((n) => n <= 0))
    throw new ShapeError(
      `Given input size per channel: (${asRows(inputs, 1).join(" x ")}). Calculated output size per channel: (${asRows(sizes, 1).join(" x ")}). Output size is too small`,
    );
  // What the windows of the convolution that this is the gradient of reach over, no more: then it gives `inputs`.
  const high = inputs.map((n, d) => (n - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1 - sizes[d] - low[d]);
  const how = { stride, dilation, low, high, groups, sizes, kernel, transposed: true };
  const y = call(transposedOp, bias ? [x, weight, bias] : [x, weight], [], how);
  return x === input ? y : squeeze(y, 0);
}

/** One dimension as the second of two, as PyTorch computes it. */
const asRows = (sizes: readonly number[], first: number): readonly number[] =>
  sizes.length === 1 ? [first, ...sizes] : sizes;

/** `stride_height: 1 stride_width: 2` */
const byName = (what: string, sizes: readonly number[], first: number): string => {
  const names = ["depth", "height", "width"].slice(sizes.length === 3 ? 0 : 1);
  const rows = asRows(sizes, first);
  return names.map((name, d) => `${what}_${name}: ${rows[d]}`).join(" ");
};

const text = (tensor: Tensor): string => `[${tensor.shape.join(", ")}]`;

/** The input with a batch dimension. */
function batched(name: string, dims: number, input: Tensor): Tensor {
  if (input.ndim === dims + 2) return input;
  if (input.ndim === dims + 1) return unsqueeze(input, 0);
  throw new ShapeError(
    `Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${name}, but got input of size: ${text(input)}`,
  );
}

function checkSteps(stride: readonly number[], dilation: readonly number[]): void {
  if (stride.some((n) => n <= 0)) throw new ValueError("non-positive stride is not supported");
  if (dilation.some((n) => n <= 0)) throw new ValueError("dilation should be greater than zero");
}

function checkOperands(
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  groups: number,
  transposed = false,
): void {
  requireTensors(`conv${dims}d`, [input, weight]);
  requireFloatOrLong(`slow_conv${dims}d_cpu`, input);
  if (weight.ndim !== dims + 2)
    throw new ShapeError(
      `Expected ${dims + 2}-dimensional weight for ${dims + 2}-dimensional input ${text(input)}, but got weight of size ${text(weight)} instead`,
    );
  if (!(Number.isInteger(groups) && groups > 0)) throw new ValueError("non-positive groups is not supported");
  if (weight.shape[0] < groups)
    throw new ShapeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${text(weight)} instead`,
    );
  if (weight.shape[0] % groups !== 0)
    throw new ShapeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ${text(weight)} instead`,
    );
  const out = transposed ? weight.shape[1] * groups : weight.shape[0];
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== out))
    throw new ShapeError(
      `Given ${transposed ? "transposed=1" : `groups=${groups}`}, weight of size ${text(weight)}, expected bias to be 1-dimensional with ${out} elements, but got bias of size ${text(bias)} instead`,
    );
  for (const other of bias ? [weight, bias] : [weight])
    if (other.dtype !== input.dtype)
      throw new DTypeError(`expected scalar type ${pytorchName(input.dtype)} but found ${pytorchName(other.dtype)}`);
}
