/** What all pooling functions check and compute about their windows. */

import type { Attributes } from "@cresset/core/extend";
import { ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import { reach, type Size, sizesOf, type Windows } from "./window.ts";

export interface PoolOptions {
  /** Distance between windows; default the kernel's size. */
  readonly stride?: Size | null;
  /** Elements added on both sides, at most half of the kernel; default 0. */
  readonly padding?: Size;
  /** Distance between the elements of a window; default 1. */
  readonly dilation?: Size;
  /** Whether windows may reach over the end: sizes are rounded up; default false. */
  readonly ceilMode?: boolean;
}

/** The options with the size of the windows among them. */
export type WindowAnd<Options> = Options & { readonly kernelSize: Size };

/** Windows over the last dimensions, as structure of an operation. */
export interface Pooling extends Windows, Attributes {
  readonly padding: readonly number[];
  /** Spatial sizes of the input and of the output. */
  readonly sizes: readonly number[];
  readonly out: readonly number[];
  /** Sizes that the windows reach over, from `padding` before the first element on. */
  readonly reached: readonly number[];
}

/** @throws ShapeError, ValueError where the windows do not fit the input. */
export function poolingOf(name: string, input: Tensor, dims: number, kernelSize: Size, options: PoolOptions): Pooling {
  checkRank(name, input, dims);
  const { ceilMode = false } = options;
  const kernel = sizesOf("kernel_size", kernelSize, dims);
  const given = options.stride ?? kernel;
  const stride = sizesOf("stride", typeof given !== "number" && given.length === 0 ? kernel : given, dims);
  const padding = sizesOf("padding", options.padding ?? 0, dims);
  const dilation = sizesOf("dilation", options.dilation ?? 1, dims);
  if (kernel.some((k) => k <= 0)) throw new ValueError("kernel size should be greater than zero");
  if (stride.some((s) => s <= 0)) throw new ValueError("stride should not be zero");
  if (dilation.some((n) => n <= 0)) throw new ValueError("dilation should be greater than zero");
  for (const [d, pad] of padding.entries()) {
    if (pad < 0) throw new ValueError(`pad must be non-negative, but got pad: ${pad}`);
    if (pad > kernel[d] / 2)
      throw new ValueError(
        `pad should be at most half of kernel size, but got pad=${pad} and kernel_size=${kernel[d]}`,
      );
  }
  const sizes = input.shape.slice(-dims);
  const out = sizes.map((size, d) => {
    const last = size + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
    const count = Math.floor((last + (ceilMode ? stride[d] - 1 : 0)) / stride[d]) + 1;
    // The last window starts inside the input or the padding before it.
    return ceilMode && (count - 1) * stride[d] >= size + padding[d] ? count - 1 : count;
  });
  if (out.some((n) => n < 1)) {
    // One dimension is the second of two in PyTorch.
    const planes = [input.shape[input.ndim - dims - 1] ?? 1, ...(dims === 1 ? [1] : [])];
    throw new ShapeError(
      `Given input size: (${[...planes, ...sizes].join("x")}). Calculated output size: (${[...planes, ...out].join("x")}). Output size is too small`,
    );
  }
  const reached = out.map((n, d) => reach(n, kernel[d], stride[d], dilation[d]));
  return { kernel, stride, dilation, padding, sizes, out, reached };
}

/** @throws ShapeError unless the input is [C, …S] or [N, C, …S] and has elements in all but the batch. */
export function checkRank(name: string, input: Tensor, dims: number): void {
  const { shape } = input;
  const fits = shape.length === dims + 1 || shape.length === dims + 2;
  if (!fits || shape.slice(-dims - 1).includes(0))
    throw new ShapeError(
      `${name}(): Expected ${dims + 1}D or ${dims + 2}D (batch mode) tensor with optional 0 dim batch size for input, but got:[${shape.join(", ")}]`,
    );
}

/** Windows over one dimension as windows over two, the first of size 1. */
export function asRows(how: Pooling): Pooling {
  const one = (sizes: readonly number[]): number[] => [1, ...sizes];
  return {
    kernel: one(how.kernel),
    stride: one(how.stride),
    dilation: one(how.dilation),
    padding: [0, ...how.padding],
    sizes: one(how.sizes),
    out: one(how.out),
    reached: one(how.reached),
  };
}
