/** `torch.masked`: reductions and normalisations of the elements where a mask is true. */
import { type DType, isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { logSoftmax as allLogSoftmax, softmax as allSoftmax } from "../activation/softmax.ts";
import { onesLike } from "../creation/fill.ts";
import { mul, neg, sub } from "../elementwise/arithmetic.ts";
import { clampMin } from "../elementwise/clamp.ts";
import { div } from "../elementwise/division.ts";
import { logaddexp as allLogaddexp } from "../elementwise/exponential.ts";
import { sqrt } from "../elementwise/power.ts";
import { where } from "../elementwise/where.ts";
import { reducedDims } from "../reduction/dims.ts";
import * as r from "../reduction/index.ts";
import { keywords } from "../reduction/keywords.ts";
import { vectorNorm } from "../reduction/norm.ts";
import { cumprod as allCumprod, cumsum as allCumsum } from "../scan/scan.ts";
import { toDtype } from "../shape/convert.ts";
import { nanmedian } from "../sort/median.ts";

interface MaskOption {
  /** Which elements count; bool, broadcasts with the input. Default: all. */
  mask?: Tensor | null;
  /** Values are converted to it first. */
  dtype?: DType | null;
}

interface ReductionOptions extends MaskOption {
  keepdim?: boolean;
}

type Dim = number | readonly number[] | null;

const integerRange: Partial<Record<DType, [number | bigint, number | bigint]>> = {
  bool: [0, 1],
  uint8: [0, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

const lowest = (x: Tensor): Scalar => integerRange[x.dtype]?.[0] ?? Number.NEGATIVE_INFINITY;
const highest = (x: Tensor): Scalar => integerRange[x.dtype]?.[1] ?? Number.POSITIVE_INFINITY;

/** The input in the dtype that is asked for, with `fill` where the mask is false. */
function filled(input: Tensor, { mask, dtype }: MaskOption, fill: Scalar | ((x: Tensor) => Scalar)): Tensor {
  const x = dtype ? toDtype(input, dtype) : input;
  return mask ? toDtype(where(mask, x, typeof fill === "function" ? fill(x) : fill), x.dtype) : x;
}

/** Options of a reduction with the dimension among them. */
type Named<D> = ReductionOptions & { dim?: D };

/** The arguments of a reduction, of which `dim` may come by name with the others. */
function argumentsOf<D>(dim: D | Named<D> | undefined, options: ReductionOptions | undefined): Named<D> {
  return keywords<Named<D>>(["dim", "keepdim", "dtype", "mask"], [dim, options]);
}

const along = (dim: Dim | undefined, { keepdim = false }: ReductionOptions) => ({ dim: dim ?? null, keepdim });

/** How many elements count. */
function counts(input: Tensor, dim: Dim | undefined, options: ReductionOptions): Tensor {
  const all = onesLike(input, { dtype: "int64" });
  return r.sum(filled(all, { mask: options.mask }, 0), along(dim, options));
}

/**
 * Σ over `dim` (default all) of the elements where `mask` is true; 0 where none is.
 *
 * @example
 * torch.masked.sum(torch.tensor([1, 2, 3]), null, { mask: torch.tensor([true, false, true]) }) // tensor(4.)
 */
export function sum(input: Tensor, dim?: Dim | Named<Dim>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<Dim>(dim, options);
  return r.sum(filled(input, given, 0), along(given.dim, given));
}

/** Products; 1 where no element counts. */
export function prod(input: Tensor, dim?: Dim | Named<Dim>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<Dim>(dim, options);
  // One dimension after the other, the last first.
  return reducedDims(given.dim, input.ndim).reduceRight(
    (x, d) => r.prod(x, d, given.keepdim ?? false),
    filled(input, given, 1),
  );
}

/** Means; NaN where no element counts. */
export function mean(input: Tensor, dim?: Dim | Named<Dim>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<Dim>(dim, options);
  return div(sum(input, given), counts(input, given.dim, given));
}

/** Greatest elements; the lowest value of the dtype where none counts. */
export function amax(input: Tensor, dim?: Dim | Named<Dim>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<Dim>(dim, options);
  return r.amax(filled(input, given, lowest), { dim: given.dim ?? [], keepdim: given.keepdim ?? false });
}

/** Least elements; the highest value of the dtype where none counts. */
export function amin(input: Tensor, dim?: Dim | Named<Dim>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<Dim>(dim, options);
  return r.amin(filled(input, given, highest), { dim: given.dim ?? [], keepdim: given.keepdim ?? false });
}

/** Positions of the greatest elements that count, in the dtype of the input. */
export function argmax(input: Tensor, dim?: number | null | Named<number | null>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<number | null>(dim, options);
  const x = filled(input, given, lowest);
  return toDtype(r.argmax(x, { dim: given.dim ?? null, keepdim: given.keepdim ?? false }), x.dtype);
}

/** Positions of the least elements that count, in the dtype of the input. */
export function argmin(input: Tensor, dim?: number | null | Named<number | null>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<number | null>(dim, options);
  const x = filled(input, given, highest);
  return toDtype(r.argmin(x, { dim: given.dim ?? null, keepdim: given.keepdim ?? false }), x.dtype);
}

interface VarianceOptions extends ReductionOptions {
  dim?: Dim;
  /** Whether to divide by the number of elements less 1; default true. */
  unbiased?: boolean;
}

function variance(
  input: Tensor,
  first?: Dim | VarianceOptions,
  second?: boolean | VarianceOptions,
  third?: VarianceOptions,
): Tensor {
  const options = keywords<VarianceOptions>(["dim", "unbiased", "keepdim", "dtype", "mask"], [first, second, third]);
  const { dim, unbiased = true } = options;
  const x = filled(input, { dtype: options.dtype ?? (isFloat(input.dtype) ? null : getDefaultDtype()) }, 0);
  const deviation = sub(x, mean(x, dim, { mask: options.mask, keepdim: true }));
  const squares = sum(mul(deviation, deviation), dim, { mask: options.mask, keepdim: options.keepdim });
  const count = counts(input, dim, options);
  return div(squares, unbiased ? clampMin(sub(count, 1), 0) : count);
}

/** Variances of the elements that count; `unbiased` (default true) divides by their number less 1. */
export { variance as var };

/** Standard deviations of the elements that count. */
export function std(
  input: Tensor,
  dim?: Dim | VarianceOptions,
  unbiased?: boolean | VarianceOptions,
  options?: VarianceOptions,
): Tensor {
  return sqrt(variance(input, dim, unbiased, options));
}

/** Norms of order `ord` of the elements that count. */
export function norm(input: Tensor, ord: Scalar = 2, first?: Dim | Named<Dim>, rest?: ReductionOptions): Tensor {
  const { dim, ...options } = argumentsOf<Dim>(first, rest);
  const identity = Number(ord) < 0 ? Number.POSITIVE_INFINITY : 0;
  return vectorNorm(filled(input, options, identity), { ord, ...along(dim, options) });
}

/** log Σ exp of the elements that count; -inf where none does. */
export function logsumexp(input: Tensor, dim: number | readonly number[], options: ReductionOptions = {}): Tensor {
  requireNames(options, ["keepdim", "dtype", "mask"]);
  const x = filled(input, options, lowest);
  return toDtype(r.logsumexp(x, dim, options.keepdim ?? false), x.dtype);
}

/** Softmax over the elements that count, 0 elsewhere; NaN where none counts. */
export function softmax(input: Tensor, dim: number, options: MaskOption = {}): Tensor {
  requireNames(options, ["dtype", "mask"]);
  return allSoftmax(filled(input, options, Number.NEGATIVE_INFINITY), dim);
}

/** log softmax over the elements that count. */
export function logSoftmax(input: Tensor, dim: number, options: MaskOption = {}): Tensor {
  requireNames(options, ["dtype", "mask"]);
  return allLogSoftmax(filled(input, options, Number.NEGATIVE_INFINITY), dim);
}

/** Softmax of the negated elements that count. */
export function softmin(input: Tensor, dim: number, options: MaskOption = {}): Tensor {
  requireNames(options, ["dtype", "mask"]);
  return allSoftmax(neg(filled(input, options, Number.POSITIVE_INFINITY)), dim);
}

/** Running sums of the elements that count. */
export function cumsum(input: Tensor, dim: number, options: MaskOption = {}): Tensor {
  requireNames(options, ["dtype", "mask"]);
  const x = filled(input, options, 0);
  return toDtype(allCumsum(x, dim), x.dtype);
}

/** Running products of the elements that count. */
export function cumprod(input: Tensor, dim: number, options: MaskOption = {}): Tensor {
  requireNames(options, ["dtype", "mask"]);
  const x = filled(input, options, 1);
  return toDtype(allCumprod(x, dim), x.dtype);
}

/** Medians along `dim` (default the last) of the elements that count; NaN where none does. Integers are found among floats. */
export function median(input: Tensor, dim?: number | Named<number>, options?: ReductionOptions): Tensor {
  const given = argumentsOf<number>(dim, options);
  const float = isFloat(input.dtype);
  const x = filled(float ? input : toDtype(input, "float32"), { mask: given.mask }, Number.NaN);
  const { values } = nanmedian(x, given.dim ?? -1, given.keepdim ?? false);
  return float ? values : toDtype(call(someOp, [values]), given.dtype ?? input.dtype);
}

const someOp = operation("masked_median", ([x]) =>
  m.check(x, m.eq(x, x), {
    error: "ValueError",
    message: "masked median expects no fully masked out rows if dtype is not floating point",
  }),
);

/** What counts, divided by the norm of order `ord` along `dim`, or by `eps` (default 1e-12) where that is greater; 0 elsewhere. */
export function normalize(
  input: Tensor,
  ord: Scalar,
  dim: number,
  options: MaskOption & { eps?: number } = {},
): Tensor {
  requireNames(options, ["eps", "dtype", "mask"]);
  const { eps = 1e-12, ...rest } = options;
  return div(filled(input, { mask: rest.mask }, 0), clampMin(norm(input, ord, dim, { ...rest, keepdim: true }), eps));
}

/** log(exp input + exp other) of what counts in each; what does not counts as log 0. */
export function logaddexp(
  input: Tensor,
  other: Tensor,
  options: { dtype?: DType | null; inputMask?: Tensor | null; otherMask?: Tensor | null } = {},
): Tensor {
  requireNames(options, ["dtype", "inputMask", "otherMask"]);
  const part = (x: Tensor, mask: Tensor | null | undefined): Tensor => filled(x, { mask }, lowest);
  const sum = allLogaddexp(part(input, options.inputMask), part(other, options.otherMask));
  return toDtype(sum, options.dtype ?? input.dtype);
}
