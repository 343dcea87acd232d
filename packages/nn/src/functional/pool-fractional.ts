/** Max pooling over windows whose places are drawn (Graham 2014, Fractional max-pooling). */
import {
  argmax,
  gather,
  rand,
  reshape,
  ShapeError,
  squeeze,
  type Tensor,
  tensor,
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

/** Where the windows of one dimension start; the last one ends with the input. */
function starts(sample: number, input: number, output: number, kernel: number): number[] {
  const last = input - kernel;
  if (output === 1) return [last];
  // In the precision of PyTorch, which rounds down what comes near a whole number.
  const alpha = Math.fround(last / (output - 1));
  const at = (i: number): number => Math.trunc(Math.fround(Math.fround(i + sample) * alpha));
  return Array.from({ length: output }, (_, i) => (i === output - 1 ? last : at(i) - at(0)));
}

/** The places of every element of every window, of one sample and channel. */
function places(
  offsets: readonly (readonly number[])[],
  kernel: readonly number[],
  sizes: readonly number[],
): number[] {
  const along = (d: number): readonly number[][] =>
    d === sizes.length
      ? [[0]]
      : offsets[d].flatMap((start) =>
          along(d + 1).map((rest) =>
            Array.from({ length: kernel[d] }, (_, k) =>
              rest.map((place) => (start + k) * step(sizes, d) + place),
            ).flat(),
          ),
        );
  return along(0).flat();
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
  for (const [d, size] of out.entries())
    if (size < 1 || size + kernel[d] - 1 > sizes[d])
      throw new ShapeError(`${name}: pool size ${kernel[d]} too large relative to input size ${sizes[d]}`);
  const samples = randomSamples ?? rand([batch, channels, dims], { dtype: input.dtype, device: input.device });
  if (samples.shape.join() !== [batch, channels, dims].join())
    throw new ShapeError(`${name}: random samples must be [${batch}, ${channels}, ${dims}]`);
  const drawn = samples.dataSync();
  const elements = kernel.reduce((n, k) => n * k, 1);
  const windows = out.reduce((n, size) => n * size, 1);
  const numbers: number[] = [];
  for (let plane = 0; plane < batch * channels; plane++) {
    // Of two dimensions, PyTorch draws for the last one first; of three, in their order.
    const offsets = sizes.map((size, d) =>
      starts(Number(drawn[plane * dims + (dims === 2 ? 1 - d : d)]), size, out[d], kernel[d]),
    );
    for (const place of places(offsets, kernel, sizes)) numbers.push(place);
  }
  const shape = [batch, channels, windows * elements];
  const index = reshape(tensor(BigInt64Array.from(numbers, BigInt), { device: input.device }), shape);
  const rows = reshape(gather(reshape(input, [batch, channels, -1]), 2, index), [batch, channels, windows, elements]);
  const largest = argmax(rows, -1, true);
  const take = (x: Tensor): Tensor => reshape(gather(x, -1, largest), [batch, channels, ...out]);
  return [take(rows), take(reshape(index, rows.shape))];
}

/**
 * The largest element of each of `outputSize` windows over [N, C, H, W] or [C, H, W], which overlap at random.
 *
 * @param kernelSize size of each window.
 * @param options `outputSize` or `outputRatio`; `returnIndices`; `randomSamples` [N, C, 2], which the host reads.
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
