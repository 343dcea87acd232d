/** Variance and standard deviation, in two passes: the mean first, then the squares of what is left. */
import { isFloat } from "../../dtype/dtype.ts";
import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type DerivativeContext, type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { callMany } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Dims, reducedDims } from "./dims.ts";
import { keywords } from "./keywords.ts";
import { namedResults, type Results } from "./results.ts";

/** Keyword arguments of `var` and its relatives. */
export interface VarianceOptions {
  dim?: Dims | null;
  /** Divides by N - 1 where true (the default), by N where false. */
  unbiased?: boolean;
  /** Whether reduced dimensions stay, with size 1; default false. */
  keepdim?: boolean;
  /** Divides by N - correction; default 1. Instead of `unbiased`. */
  correction?: number | null;
}

interface Attributes extends Record<string, unknown> {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
  readonly correction: number;
  /** Whether dimensions were given as an empty list: the gradient is then scaled for a single element, as PyTorch's is. */
  readonly empty: boolean;
}

function count(x: Term, dims: readonly number[]): number {
  return dims.reduce((n, d) => n * x.shape[d], 1);
}

function varianceOf(x: Term, { dims, keepdim, correction }: Attributes): Term {
  const left = m.sub(x, m.mean(x, dims, true));
  const squares = m.sum(m.square(left), dims, keepdim);
  return m.div(squares, m.constantLike(squares, Math.max(count(x, dims) - correction, 0)));
}

/** 2 g (x - mean) / (N - correction). */
function varianceGradient(x: Term, g: Term, { dims, correction, empty }: Attributes): Term {
  if (x.rank === 0 && correction >= 1) return m.mul(g, Number.POSITIVE_INFINITY);
  const scale = m.constantLike(g, 2 / ((empty ? 1 : count(x, dims)) - correction));
  return m.mul(m.mul(g, scale), m.sub(x, m.mean(x, dims, true)));
}

/** A result of the reduction with its dimensions back, of size 1. */
function kept(result: Term, x: Term, dims: readonly number[]): Term {
  return m.reshape(result, m.keptShape(x.shape, dims));
}

/** Of the standard deviation; 0 where it is 0. */
function deviationGradient(x: Term, g: Term, std: Term, attributes: Attributes): Term {
  const ofVariance = m.where(m.eq(std, 0), 0, m.div(g, m.mul(2, std)));
  return varianceGradient(x, ofVariance, attributes);
}

const meanGradient = (x: Term, g: Term, { dims }: Attributes): Term =>
  m.div(m.broadcastTo(g, x.shape), m.constantLike(x, count(x, dims)));

type Context = DerivativeContext<Attributes>;
const back = (context: Context, term: Term): Term => kept(term, context.input(0), context.attributes.dims);

function ofVariance(context: Context): Term {
  return varianceGradient(context.input(0), back(context, context.grad(0)), context.attributes);
}

function ofDeviation(context: Context): Term {
  return deviationGradient(
    context.input(0),
    back(context, context.grad(0)),
    back(context, context.output(0)),
    context.attributes,
  );
}

/** The gradient through the mean, and through the spread if that was used: of one element, it is not a number. */
function withMean(spread: (context: Context) => Term, context: Context): Term {
  const ofMean = meanGradient(context.input(0), back(context, context.grad(1)), context.attributes);
  return context.given(0) ? m.add(spread(context), ofMean) : ofMean;
}

const varOp = operation<Attributes>("var", ([x], _, attributes) => varianceOf(x, attributes), {
  derivative: (context) => [ofVariance(context)],
});
const stdOp = operation<Attributes>("std", ([x], _, attributes) => m.sqrt(varianceOf(x, attributes)), {
  derivative: (context) => [ofDeviation(context)],
});
const varMeanOp = operation<Attributes>(
  "var_mean",
  ([x], _, attributes) => [varianceOf(x, attributes), m.mean(x, attributes.dims, attributes.keepdim)],
  { gradName: "VarMeanBackward0", derivative: (context) => [withMean(ofVariance, context)] },
);
const stdMeanOp = operation<Attributes>(
  "std_mean",
  ([x], _, attributes) => [m.sqrt(varianceOf(x, attributes)), m.mean(x, attributes.dims, attributes.keepdim)],
  { gradName: "StdMeanBackward0", derivative: (context) => [withMean(ofDeviation, context)] },
);

type First = Dims | boolean | VarianceOptions | null;
type Later = boolean | VarianceOptions | null;

/** The first argument is `dim`, or `unbiased` of all elements. */
function applied(
  op: Operation<Attributes>,
  input: Tensor,
  first?: First,
  ...rest: readonly (Later | undefined)[]
): Tensor[] {
  if (!isFloat(input.dtype)) {
    const name = op.name.includes("_") ? op.name : "std and var";
    throw new DTypeError(`${name} only support floating point and complex dtypes`);
  }
  const names =
    typeof first === "boolean" ? (["unbiased"] as const) : (["dim", "unbiased", "keepdim", "correction"] as const);
  const given = keywords<VarianceOptions>(names, [first, ...rest]);
  const correction = given.correction ?? (given.unbiased === false ? 0 : 1);
  const dims = reducedDims(given.dim, input.ndim);
  const empty = Array.isArray(given.dim) && given.dim.length === 0 && input.ndim > 0;
  return callMany(op, [input], [], { dims, keepdim: given.keepdim ?? false, correction, empty });
}

/**
 * The variance over `dim`, by default over all dimensions: the sum of squares around the mean, over N - 1 (or N where
 * `unbiased` is false, or N - `correction`). NaN of fewer than two elements, unless biased.
 *
 * @param dim one dimension or a list; or `unbiased`, for all dimensions.
 * @param options `correction`; all arguments may be given here by name.
 * @throws DTypeError for integers and bool.
 * @example
 * torch.var(torch.tensor([1, 2, 3]), 0, { correction: 0 }) // tensor(0.6667)
 */
export function variance(
  input: Tensor,
  dim?: First,
  unbiased?: Later,
  keepdim?: Later,
  options?: VarianceOptions,
): Tensor {
  return applied(varOp, input, dim, unbiased, keepdim, options)[0];
}

/** The standard deviation: the square root of `var`, with the same arguments. Its gradient is 0 where it is 0. */
export function std(input: Tensor, dim?: First, unbiased?: Later, keepdim?: Later, options?: VarianceOptions): Tensor {
  return applied(stdOp, input, dim, unbiased, keepdim, options)[0];
}

/** The variance and the mean, with the arguments of `var`. */
export function varMean(
  input: Tensor,
  dim?: First,
  unbiased?: Later,
  keepdim?: Later,
  options?: VarianceOptions,
): Results<"var" | "mean"> {
  return namedResults(["var", "mean"], applied(varMeanOp, input, dim, unbiased, keepdim, options));
}

/** The standard deviation and the mean, with the arguments of `var`. */
export function stdMean(
  input: Tensor,
  dim?: First,
  unbiased?: Later,
  keepdim?: Later,
  options?: VarianceOptions,
): Results<"std" | "mean"> {
  return namedResults(["std", "mean"], applied(stdMeanOp, input, dim, unbiased, keepdim, options));
}
