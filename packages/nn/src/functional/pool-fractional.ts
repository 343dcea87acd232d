/** Max pooling over windows whose places are drawn (Graham 2014, Fractional max-pooling). */
import {
  add,
  arange,
  argmax,
  cat,
  float,
  full,
  gather,
  mul,
  narrow,
  rand,
  reshape,
  ShapeError,
  squeeze,
  sub,
  type Tensor,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import { type Size, sizesOf } from "./window.ts";

/** Keyword arguments of `fractionalMaxPool2d` and `fractionalMaxPool3d`: one of the first two is needed. */
export interface FractionalPoolOptions {
  /** How many windows there are in each dimension. */
  readonly outputSize?: Size | null;
  /** The same as a part of the input's size, between 0 and 1. */
  readonly outputRatio?: Size | null;
  /** Whether to give the positions of the maxima, too: [output, indices]. */
  readonly returnIndices?: boolean;
  /** Where windows lie, in [0, 1): [N, C, dimensions]; default: drawn. */
  readonly randomSamples?: Tensor | null;
}

/** Where the windows of one dimension start, int64 [N, C, output]; the last one ends with the input. `sample` is [N, C, 1]. */
function starts(sample: Tensor, input: number, output: number, kernel: number): Tensor {
  const last = full([sample.shape[0], sample.shape[1], 1], input - kernel, { dtype: "int64", device: sample.device });
  if (output === 1) return last;
  // In the precision of PyTorch, which rounds down what comes near a whole number.
  const { dtype, device } = sample;
  const alpha = (input - kernel) / (output - 1);
  const scale = dtype === "float64" ? alpha : Math.fround(alpha);
  const whole = (x: Tensor): Tensor => mul(x, float(scale)).to("int64");
  const begun = sub(whole(add(sample, arange(output - 1, { dtype, device }))), whole(sample));
  return cat([begun, last], -1);
}

/** The places of every element of every window: [N, C, outputs …, kernel …]. */
function places(offsets: readonly Tensor[], kernel: readonly number[], sizes: readonly number[]): Tensor {
  const dims = sizes.length;
  const along = (size: number, d: number): number[] => Array.from({ length: dims }, (_, i) => (i === d ? size : 1));
  const ones = kernel.map(() => 1);
  return offsets
    .map((start, d) => {
      const [batch, channels, output] = start.shape;
      const first = reshape(start, [batch, channels, ...along(output, d), ...ones]);
      const inside = reshape(arange(kernel[d], { dtype: "int64", device: start.device }), [
        ...ones,
        ...along(kernel[d], d),
      ]);
      return mul(add(first, inside), step(sizes, d));
    })
    .reduce((a, b) => add(a, b));
}

const step = (sizes: readonly number[], d: number): number => sizes.slice(d + 1).reduce((n, size) => n * size, 1);

function pooled(dims: 2 | 3, input: Tensor, kernelSize: Size, options: FractionalPoolOptions): [Tensor, Tensor] {
  const name = `fractional_max_pool${dims}d`;
  const { outputSize = null, outputRatio = null, randomSamples = null } = options;
  if (outputSize === null && outputRatio === null)
    throw new ValueError(`${name} requires specifying either an output_size or an output_ratio`);
  if (input.ndim !== dims + 1 && input.ndim !== dims + 2)
    throw new ShapeError(`${name}: Expected ${dims + 1}D or ${dims + 2}D tensor, but got: ${input.ndim}D`);
  if (input.ndim === dims + 1) {
    const [output, indices] = pooled(dims, unsqueeze(input, 0), kernelSize, options);
    return [squeeze(output, 0), squeeze(indices, 0)];
  }
  const [batch, channels, ...sizes] = input.shape;
  const kernel = sizesOf("kernel_size", kernelSize, dims);
  const out =
    outputSize === null
      ? sizesOf("output_ratio", outputRatio ?? 1, dims).map((ratio, d) => Math.trunc(sizes[d] * ratio))
      : sizesOf("output_size", outputSize, dims);
  // PyTorch asks for one more element in three dimensions.
  for (const [d, size] of out.entries())
    if (size < 1 || size + kernel[d] - (dims === 3 ? 0 : 1) > sizes[d])
      throw new ShapeError(`${name}: pool size ${kernel[d]} too large relative to input size ${sizes[d]}`);
  const samples = randomSamples ?? rand([batch, channels, dims], { dtype: input.dtype, device: input.device });
  if (samples.shape.join() !== [batch, channels, dims].join())
    throw new ShapeError(`${name}: random samples must be [${batch}, ${channels}, ${dims}]`);
  const exact = samples.dtype === "float16" ? samples.to("float32") : samples;
  // Of two dimensions, PyTorch draws for the last one first; of three, in their order.
  const sampleOf = (d: number): Tensor => narrow(exact, 2, dims === 2 ? 1 - d : d, 1);
  const elements = kernel.reduce((n, k) => n * k, 1);
  const windows = out.reduce((n, size) => n * size, 1);
  const offsets = sizes.map((size, d) => starts(sampleOf(d), size, out[d], kernel[d]));
  const index = reshape(places(offsets, kernel, sizes), [batch, channels, windows * elements]);
  const rows = reshape(gather(reshape(input, [batch, channels, -1]), 2, index), [batch, channels, windows, elements]);
  const largest = argmax(rows, -1, true);
  const take = (x: Tensor): Tensor => reshape(gather(x, -1, largest), [batch, channels, ...out]);
  return [take(rows), take(reshape(index, rows.shape))];
}

/**
 * The largest element of each of `outputSize` windows over [N, C, H, W] or [C, H, W], which overlap at random.
 *
 * @param kernelSize size of each window.
 * @param options `outputSize` or `outputRatio`; `returnIndices`; `randomSamples` [N, C, 2].
 * @throws ValueError without a size, ShapeError for windows that do not fit.
 * @example F.fractionalMaxPool2d(torch.randn([20, 16, 50, 32]), 3, { outputSize: [13, 12] }).shape // [20, 16, 13, 12]
 */
export function fractionalMaxPool2d(
  input: Tensor,
  kernelSize: Size,
  options: FractionalPoolOptions & { readonly returnIndices: true },
): [output: Tensor, indices: Tensor];
export function fractionalMaxPool2d(input: Tensor, kernelSize: Size, options: FractionalPoolOptions): Tensor;
export function fractionalMaxPool2d(input: Tensor, kernelSize: Size, options: FractionalPoolOptions): unknown {
  const both = pooled(2, input, kernelSize, options);
  return options.returnIndices === true ? both : both[0];
}

/** The same over [N, C, D, H, W] or [C, D, H, W], with `randomSamples` [N, C, 3]. */
export function fractionalMaxPool3d(
  input: Tensor,
  kernelSize: Size,
  options: FractionalPoolOptions & { readonly returnIndices: true },
): [output: Tensor, indices: Tensor];
export function fractionalMaxPool3d(input: Tensor, kernelSize: Size, options: FractionalPoolOptions): Tensor;
export function fractionalMaxPool3d(input: Tensor, kernelSize: Size, options: FractionalPoolOptions): unknown {
  const both = pooled(3, input, kernelSize, options);
  return options.returnIndices === true ? both : both[0];
}
