/** Sums, means and products. */
import { type DType, isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type DerivativeContext, type Operation, type OperationOptions, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { sameShape } from "../../graph/type.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { requireFloat } from "../elementwise/operands.ts";
import { normalizeDim } from "../shape/dims.ts";
import { type Dims, reducedDims } from "./dims.ts";
import { keywords } from "./keywords.ts";

/** Keyword arguments of reductions over any dimensions. */
export interface ReductionOptions {
  /** What to reduce; all dimensions by default. */
  dim?: Dims | null;
  /** Whether reduced dimensions stay, with size 1; default false. */
  keepdim?: boolean;
  /** Values are converted to it first. */
  dtype?: DType | null;
}

export interface ReductionAttributes extends Record<string, unknown> {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
  readonly dtype: DType;
}

/** A reduction in the dtype that is asked for; float16 is accumulated in float32 and rounded once. */
const reduction = (
  name: string,
  gradName: string,
  reduce: (x: Term, dims: readonly number[], keepdim: boolean) => Term,
  derivative?: OperationOptions<ReductionAttributes>["derivative"],
): Operation<ReductionAttributes> =>
  operation<ReductionAttributes>(
    name,
    ([x], _, { dims, keepdim, dtype }) => {
      const wide = m.cast(x, dtype === "float16" ? "float32" : dtype);
      return m.cast(reduce(wide, dims, keepdim), dtype);
    },
    { gradName, half: "keep", derivative },
  );

const isPresent = (x: Term): Term => m.eq(x, x);
const withoutNaN = (x: Term): Term => (x.isFloat ? m.where(isPresent(x), x, 0) : x);
const nansumOf = (x: Term, dims: readonly number[], keepdim: boolean): Term => m.sum(withoutNaN(x), dims, keepdim);
const nanmeanOf = (x: Term, dims: readonly number[], keepdim: boolean): Term =>
  m.div(nansumOf(x, dims, keepdim), presentOf(x, dims, keepdim));
const presentOf = (x: Term, dims: readonly number[], keepdim: boolean): Term =>
  m.sum(m.cast(isPresent(x), x.dtype), dims, keepdim);

/** Of a mean of nothing NaN, and of a sum whose gradient is infinite: PyTorch multiplies what does not count by 0. */
const presentDerivative =
  (mean: boolean) =>
  ({ input, grad, attributes: { dims } }: DerivativeContext<ReductionAttributes>): Term[] => {
    const x = input(0);
    const kept = m.reshape(
      grad(0),
      x.shape.map((size, d) => (dims.includes(d) ? 1 : size)),
    );
    const each = mean ? m.div(kept, m.cast(presentOf(x, dims, true), kept.dtype)) : kept;
    return [m.cast(m.mul(m.broadcastTo(each, x.shape), m.cast(isPresent(x), each.dtype)), x.dtype)];
  };

const sumOp = reduction("sum", "SumBackward0", m.sum);
const sumDimOp = reduction("sum", "SumBackward1", m.sum);
const nansumOp = reduction("nansum", "NansumBackward0", nansumOf, presentDerivative(false));
const meanOp = reduction("mean", "MeanBackward0", m.mean);
const meanDimOp = reduction("mean", "MeanBackward1", m.mean);
const nanmeanOp = reduction("nanmean", "DivBackward0", nanmeanOf, presentDerivative(true));
const prodOp = reduction("prod", "ProdBackward0", m.prod);
const prodDimOp = reduction("prod", "ProdBackward1", m.prod);

/** Integers and bool accumulate in int64. */
const accumulated = (dtype: DType): DType => (isFloat(dtype) ? dtype : "int64");

type Argument<T> = T | ReductionOptions | null;

const arguments3 = (dim?: Argument<Dims>, keepdim?: Argument<boolean>, options?: ReductionOptions): ReductionOptions =>
  keywords<ReductionOptions>(["dim", "keepdim", "dtype"], [dim, keepdim, options]);

/**
 * The sum over `dim`, by default over all dimensions. Integers and bool sum to int64.
 *
 * @param dim one dimension or a list.
 * @param keepdim whether they stay with size 1; default false.
 * @param options `dtype`: values are converted to it first. All arguments may be given here by name.
 * @throws IndexError for a dimension that does not exist.
 * @example
 * torch.sum(torch.ones([2, 3]), 1) // tensor([3., 3.])
 */
export function sum(
  input: Tensor,
  dim?: Argument<Dims>,
  keepdim?: Argument<boolean>,
  options?: ReductionOptions,
): Tensor {
  const given = arguments3(dim, keepdim, options);
  const op = given.dim === undefined || given.dim === null ? sumOp : sumDimOp;
  return reduced(op, input, given, given.dtype ?? accumulated(input.dtype));
}

/** Like `sum`, with NaN counting as 0. */
export function nansum(
  input: Tensor,
  dim?: Argument<Dims>,
  keepdim?: Argument<boolean>,
  options?: ReductionOptions,
): Tensor {
  const given = arguments3(dim, keepdim, options);
  const dtype = given.dtype ?? accumulated(input.dtype);
  if (isFloat(input.dtype)) requireFloat("nansum_cpu", dtype);
  return reduced(nansumOp, input, given, dtype);
}

/**
 * The mean over `dim`, by default over all dimensions; NaN of no elements.
 *
 * @throws DTypeError for integers and bool without a float `dtype`.
 * @example
 * torch.mean(torch.tensor([1, 2, 6])) // tensor(3.)
 */
export function mean(
  input: Tensor,
  dim?: Argument<Dims>,
  keepdim?: Argument<boolean>,
  options?: ReductionOptions,
): Tensor {
  const given = arguments3(dim, keepdim, options);
  const dtype = given.dtype ?? input.dtype;
  if (!isFloat(dtype))
    throw new DTypeError(
      `mean(): could not infer output dtype. ${given.dtype ? "Optional" : "Input"} dtype must be either a floating point or complex dtype. Got: ${pytorchName(dtype)}`,
    );
  return reduced(given.dim === undefined || given.dim === null ? meanOp : meanDimOp, input, given, dtype);
}

/** The mean of the elements that are not NaN. */
export function nanmean(
  input: Tensor,
  dim?: Argument<Dims>,
  keepdim?: Argument<boolean>,
  options?: ReductionOptions,
): Tensor {
  const given = arguments3(dim, keepdim, options);
  if (!isFloat(input.dtype))
    throw new DTypeError(`nanmean(): expected input to have floating point dtype but got ${pytorchName(input.dtype)}`);
  const dtype = given.dtype ?? input.dtype;
  requireFloat("nansum_cpu", dtype);
  return reduced(nanmeanOp, input, given, dtype);
}

function reduced(op: Operation<ReductionAttributes>, input: Tensor, given: ReductionOptions, dtype: DType): Tensor {
  const dims = reducedDims(given.dim, input.ndim);
  return call(op, [input], [], { dims, keepdim: given.keepdim ?? false, dtype });
}

/** Keyword arguments of reductions over one dimension. */
export interface DimOptions {
  dim?: number | null;
  keepdim?: boolean;
  dtype?: DType | null;
}

/**
 * The product over one dimension, by default of all elements. Integers and bool give int64.
 *
 * @example
 * torch.prod(torch.tensor([2, 3, 4])) // tensor(24.)
 */
export function prod(
  input: Tensor,
  dim?: number | DimOptions | null,
  keepdim?: boolean | DimOptions,
  options?: DimOptions,
): Tensor {
  const given = keywords<DimOptions>(["dim", "keepdim", "dtype"], [dim, keepdim, options]);
  const whole = given.dim === undefined || given.dim === null;
  const dims = whole ? m.allDims(input) : reducedDims(normalizeDim(given.dim ?? 0, input.ndim), input.ndim);
  const dtype = given.dtype ?? accumulated(input.dtype);
  return call(whole ? prodOp : prodDimOp, [input], [], { dims, keepdim: given.keepdim ?? false, dtype });
}

/** The sum over broadcast dimensions that brings a tensor to `size`; of integers and bools int64, as `sum`. */
export function sumToSize(input: Tensor, ...size: readonly number[] | readonly [readonly number[]]): Tensor {
  const target = (Array.isArray(size[0]) ? size[0] : size) as readonly number[];
  const lead = input.ndim - target.length;
  const fits = lead >= 0 && target.every((n, d) => n === 1 || n === input.shape[lead + d]);
  if (!fits)
    throw new ShapeError(`size {[${target.join(", ")}]} is not expandable to size {[${input.shape.join(", ")}]}.`);
  // To no dimension is a sum over all, even over one element.
  const dtype = target.length > 0 && sameShape(target, input.shape) ? input.dtype : accumulated(input.dtype);
  return call(sumToOp, [input], [], { shape: target, dtype });
}

const sumToOp = operation<{ shape: readonly number[]; dtype: DType }>(
  "sum_to_size",
  ([x], _, { shape, dtype }) => m.sumTo(m.cast(x, dtype), shape),
  { gradName: "SumBackward1" },
);
