import { call, type Operation, operation, type Term } from "@cresset/core/extend";
import {
  abs,
  mul,
  pow,
  relu,
  type Scalar,
  ShapeError,
  sign,
  squeeze,
  type Tensor,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords, type Places } from "../keywords.ts";
import { requireFloatOrLong } from "./activation-common.ts";
import { asRows, type Pooling, type PoolOptions, poolingOf, type WindowAnd } from "./pooling.ts";
import { type Size, spreadOut, windowSums } from "./window.ts";
import { areApart, spreadApart } from "./windows-apart.ts";

export interface AvgPoolOptions extends Omit<PoolOptions, "dilation"> {
  /** Whether padding counts as elements; default true. */
  readonly countIncludePad?: boolean;
  /** What sums are divided by instead of the number of elements. */
  readonly divisorOverride?: number | null;
}

interface AveragePooling extends Pooling {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

/** The number of elements of each window, of dtype and shape of `like`. */
function divisor(like: Term, first: number, how: AveragePooling): Term {
  if (how.divisorOverride !== null) return m.constant(how.divisorOverride, like.dtype);
  let count = m.constant(1, like.dtype);
  for (const [d, k] of how.kernel.entries()) {
    const [size, pad] = [how.sizes[d], how.padding[d]];
    const [from, to] = how.countIncludePad ? [-pad, size + pad] : [0, size];
    const last = (how.out[d] - 1) * how.stride[d] - pad;
    const whole = -pad >= from && last + k <= to;
    count = m.mul(
      count,
      whole ? m.constant(k, like.dtype) : m.cast(elements(like, first + d, d, from, to, how), like.dtype),
    );
  }
  return count;
}

/** How many elements of each window along a dimension lie in [from, to). */
function elements(like: Term, dim: number, d: number, from: number, to: number, how: AveragePooling): Term {
  const at = m.mul(m.iota(like.shape, dim, "int32"), m.constant(how.stride[d], "int32"));
  const start = m.sub(at, m.constant(how.padding[d], "int32"));
  const end = m.minimum(m.add(start, m.constant(how.kernel[d], "int32")), m.constant(to, "int32"));
  return m.sub(end, m.maximum(start, m.constant(from, "int32")));
}

const averagePooling = (dims: number): Operation<AveragePooling> =>
  operation<AveragePooling>(
    `avg_pool${dims}d`,
    ([x], _, how) => {
      const first = x.rank - dims;
      let padded = x;
      for (const [d, size] of how.reached.entries()) padded = m.pad(padded, first + d, how.padding[d], size);
      const total = windowSums(padded, first, how, how.out);
      // Of integers the quotient is rounded towards zero; no window is without elements.
      return (total.isFloat ? m.div : m.rawDiv)(total, divisor(total, first, how));
    },
    {
      gradName: `AvgPool${dims}DBackward0`,
      derivative: (c) => {
        const how = c.attributes;
        const g = c.grad();
        const first = g.rank - dims;
        const shares = m.div(g, divisor(g, first, how));
        if (areApart(how)) return [spreadApart(shares, first, how)];
        const spread = spreadOut(shares, first, how.sizes, how, how.padding);
        return [windowSums(spread, first, { ...how, stride: how.stride.map(() => 1) }, how.sizes)];
      },
    },
  );
const pool2d = averagePooling(2);
const pool3d = averagePooling(3);

type AvgPoolArguments = Places<
  [
    stride?: Size | null,
    padding?: Size,
    ceilMode?: boolean,
    countIncludePad?: boolean,
    divisorOverride?: number | null,
  ],
  AvgPoolOptions
>;

function avgPool(dims: number, input: Tensor, ...given: readonly unknown[]): Tensor {
  const names = ["kernelSize", "stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"] as const;
  const { kernelSize, ...options } = keywords<WindowAnd<AvgPoolOptions>>(names, given, 1);
  const { countIncludePad = true, divisorOverride = null } = options;
  if (divisorOverride === 0) throw new ValueError("divisor must be not zero");
  requireFloatOrLong(`avg_pool${dims}d_out_frame`, input);
  if (dims === 3) {
    const [sizes, kernel] = [input.shape.slice(-3), typeof kernelSize === "number" ? [kernelSize] : kernelSize];
    const [t, h, w] = sizes.map((_, d) => kernel[d] ?? kernel[0]);
    if (input.ndim > 3 && (sizes[0] < t || sizes[1] < h || sizes[2] < w))
      throw new ShapeError(
        `input image (T: ${sizes[0]} H: ${sizes[1]} W: ${sizes[2]}) smaller than kernel size (kT: ${t} kH: ${h} kW: ${w})`,
      );
  }
  const pooling = poolingOf(`avg_pool${dims}d`, input, dims, kernelSize, options);
  if (dims > 1)
    return call(dims === 2 ? pool2d : pool3d, [input], [], { ...pooling, countIncludePad, divisorOverride });
  // One dimension is the second of two, as PyTorch does it.
  return squeeze(
    call(pool2d, [unsqueeze(input, -2)], [], { ...asRows(pooling), countIncludePad, divisorOverride }),
    -2,
  );
}

/**
 * The mean of each window of [N, C, L] or [C, L].
 *
 * @returns [N, C, L'], L' = (L + 2 · padding - kernelSize) / stride + 1, rounded down, or up with `ceilMode`.
 * @throws ShapeError, ValueError where the windows do not fit.
 * @example
 * F.avgPool1d(torch.tensor([[1, 3, 2, 4]]), 2); // tensor([[2., 3.]])
 */
export function avgPool1d(
  input: Tensor,
  kernelSize: Size | WindowAnd<AvgPoolOptions>,
  ...rest: AvgPoolArguments
): Tensor {
  return avgPool(1, input, kernelSize, ...rest);
}

/** The mean of each window of [N, C, H, W] or [C, H, W]; otherwise as `avgPool1d`. */
export function avgPool2d(
  input: Tensor,
  kernelSize: Size | WindowAnd<AvgPoolOptions>,
  ...rest: AvgPoolArguments
): Tensor {
  return avgPool(2, input, kernelSize, ...rest);
}

/** The mean of each window of [N, C, D, H, W] or [C, D, H, W]; otherwise as `avgPool1d`. */
export function avgPool3d(
  input: Tensor,
  kernelSize: Size | WindowAnd<AvgPoolOptions>,
  ...rest: AvgPoolArguments
): Tensor {
  return avgPool(3, input, kernelSize, ...rest);
}

export interface LpPoolOptions {
  /** Distance between windows; default the kernel's size. */
  readonly stride?: Size | null;
  /** Whether windows may reach over the end; default false. */
  readonly ceilMode?: boolean;
}

type LpPoolArguments = Places<[stride?: Size | null, ceilMode?: boolean], LpPoolOptions>;

function lpPool(
  average: typeof avgPool1d,
  input: Tensor,
  normType: Scalar,
  kernelSize: Size,
  rest: readonly unknown[],
): Tensor {
  const { stride = null, ceilMode = false } = keywords<LpPoolOptions>(["stride", "ceilMode"], rest);
  const means = average(pow(input, normType), kernelSize, { stride, ceilMode });
  const dims = average === avgPool1d ? 1 : average === avgPool2d ? 2 : 3;
  const count =
    typeof kernelSize === "number"
      ? kernelSize ** dims
      : kernelSize.reduce((n, k) => n * k, 1) ** (dims / kernelSize.length);
  return pow(mul(mul(sign(means), relu(abs(means))), count), 1 / Number(normType));
}

/**
 * The power mean without the mean, (Σ xᵖ)^(1/p), of each window of [N, C, L] or [C, L].
 *
 * @param normType p; 1 gives sums.
 * @returns sizes as of `avgPool1d`.
 */
export function lpPool1d(input: Tensor, normType: Scalar, kernelSize: Size, ...rest: LpPoolArguments): Tensor {
  return lpPool(avgPool1d, input, normType, kernelSize, rest);
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, H, W] or [C, H, W]; otherwise as `lpPool1d`. */
export function lpPool2d(input: Tensor, normType: Scalar, kernelSize: Size, ...rest: LpPoolArguments): Tensor {
  return lpPool(avgPool2d, input, normType, kernelSize, rest);
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, D, H, W] or [C, D, H, W]; otherwise as `lpPool1d`. */
export function lpPool3d(input: Tensor, normType: Scalar, kernelSize: Size, ...rest: LpPoolArguments): Tensor {
  return lpPool(avgPool3d, input, normType, kernelSize, rest);
}
