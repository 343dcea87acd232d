import { call, operation } from "@cresset/core/extend";
import { ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { type Size, sizesOf } from "./window.ts";

interface Unpooling {
  readonly [name: string]: unknown;
  readonly out: readonly number[];
}

const unpoolOp = operation<Unpooling>(
  "max_unpool",
  ([x, indices], _, { out }) => {
    const lead = x.shape.slice(0, x.rank - out.length);
    const count = out.reduce((n, size) => n * size, 1);
    const plane = [...lead, x.shape.slice(lead.length).reduce((n, size) => n * size, 1)];
    const index = m.reshape(indices, plane);
    const inside = m.and(m.ge(index, 0), m.lt(index, count));
    const checked = m.check(index, inside, {
      error: "IndexError",
      message: `Found an invalid max index: an index is not in the output of ${out.join("x")} elements`,
    });
    const zeros = m.constant(0, x.dtype, [...lead, count]);
    return m.reshape(m.scatter(zeros, lead.length, checked, m.reshape(x, plane), "set"), [...lead, ...out]);
  },
  {
    gradName: "MaxUnpool2DBackward0",
    half: "keep",
    derivative: (c) => {
      const g = c.grad();
      const indices = c.input(1);
      const { out } = c.attributes;
      const lead = g.shape.slice(0, g.rank - out.length);
      const plane = [...lead, indices.shape.slice(lead.length).reduce((n, size) => n * size, 1)];
      const whole = m.reshape(g, [...lead, out.reduce((n, size) => n * size, 1)]);
      return [m.reshape(m.gather(whole, lead.length, m.reshape(indices, plane)), indices.shape)];
    },
  },
);

export interface MaxUnpoolOptions {
  /** Of the pooling; default the kernel's size. */
  readonly stride?: Size | null;
  /** Of the pooling; default 0. */
  readonly padding?: Size;
  /** The input's size of the pooling, where a stride leaves several. */
  readonly outputSize?: readonly number[] | null;
}

type MaxUnpoolArguments =
  | [options?: MaxUnpoolOptions]
  | [stride?: Size | null, padding?: Size | MaxUnpoolOptions, outputSize?: readonly number[] | null | MaxUnpoolOptions];

function unpool(dims: number, input: Tensor, indices: Tensor, kernelSize: Size, rest: readonly unknown[]): Tensor {
  const options = keywords<MaxUnpoolOptions>(["stride", "padding", "outputSize"], rest);
  const kernel = sizesOf("kernel_size", kernelSize, dims);
  const stride = sizesOf("stride", options.stride ?? kernel, dims);
  const padding = sizesOf("padding", options.padding ?? 0, dims);
  if (input.ndim !== dims + 1 && input.ndim !== dims + 2)
    throw new ShapeError(
      `Input to max_unpooling${dims}d should be a ${dims + 1}d or ${dims + 2}d Tensor, but got a tensor with ${input.ndim} dimensions`,
    );
  if (indices.dtype !== "int64") throw new ValueError("elements in indices should be type int64");
  if (String(indices.shape) !== String(input.shape))
    throw new ShapeError(
      `Expected shape of indices to be same as that of the input tensor ([${input.shape.join(", ")}]) but got indices tensor with shape: [${indices.shape.join(", ")}]`,
    );
  const least = input.shape.slice(-dims).map((n, d) => (n - 1) * stride[d] + kernel[d] - 2 * padding[d]);
  const out = options.outputSize ? options.outputSize.slice(-dims) : least;
  if (out.length !== dims || out.some((n, d) => n <= least[d] - stride[d] || n >= least[d] + stride[d]))
    if (options.outputSize)
      throw new ValueError(
        `invalid output_size [${out.join(", ")}] (each size must be between ${least.map((n, d) => n - stride[d]).join(", ")} and ${least.map((n, d) => n + stride[d]).join(", ")})`,
      );
  return call(unpoolOp, [input, indices], [], { out });
}

/**
 * Undoes `maxPool1d` as far as possible: zeros, with each value at the place that its index gives.
 *
 * @param input [N, C, L'] or [C, L'], and int64 `indices` of the same shape from `maxPool1d` with `returnIndices`.
 * @returns [N, C, L]
 * @throws ShapeError, ValueError where arguments do not fit; IndexError, at evaluation, for an index outside.
 */
export function maxUnpool1d(input: Tensor, indices: Tensor, kernelSize: Size, ...rest: MaxUnpoolArguments): Tensor {
  return unpool(1, input, indices, kernelSize, rest);
}

/** Undoes `maxPool2d` as far as possible; otherwise as `maxUnpool1d`. */
export function maxUnpool2d(input: Tensor, indices: Tensor, kernelSize: Size, ...rest: MaxUnpoolArguments): Tensor {
  return unpool(2, input, indices, kernelSize, rest);
}

/** Undoes `maxPool3d` as far as possible; otherwise as `maxUnpool1d`. */
export function maxUnpool3d(input: Tensor, indices: Tensor, kernelSize: Size, ...rest: MaxUnpoolArguments): Tensor {
  return unpool(3, input, indices, kernelSize, rest);
}
