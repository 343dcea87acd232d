/** Elements by rank: the k-th smallest and the median (of an even number of elements the lower one). */
import { IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type DerivativeContext, type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call, callMany } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuseBool } from "../elementwise/operands.ts";
import { requireSizes } from "../reduction/extreme.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { normalizeDim } from "../shape/dims.ts";

interface Attributes extends Record<string, unknown> {
  readonly dim: number;
  readonly keepdim: boolean;
}

/** Values and positions at the rank that `rankOf` gives in the order along `dim`, a size-1 int64 term. */
function atRank(x: Term, { dim, keepdim }: Attributes, rankOf: () => Term): Term[] {
  if (x.rank === 0) return [x, m.cast(m.term(0), "int64")];
  const index = m.gather(m.argsort(x, dim), dim, rankOf());
  const values = m.gather(x, dim, index);
  return keepdim ? [values, index] : [m.squeeze(values, dim), m.squeeze(index, dim)];
}

/** The rank of the median, counting from 0; of a row with a NaN, the rank of the first NaN. */
function medianRank(x: Term, dim: number, ignoreNaN: boolean): Term {
  const size = x.shape[dim];
  const middle = (count: Term): Term => m.shr(m.maximum(m.sub(count, 1), 0), 1);
  const present = m.sum(m.cast(m.eq(x, x), "int64"), [dim], true);
  if (ignoreNaN) return middle(present);
  return m.where(m.lt(present, size), present, middle(m.constantLike(present, size)));
}

const medianDimOp = (name: "median" | "nanmedian"): Operation<Attributes> =>
  operation<Attributes>(
    name,
    ([x], _, attributes) => atRank(x, attributes, () => medianRank(x, attributes.dim, name === "nanmedian")),
    { gradName: name === "median" ? "MedianBackward1" : "NanmedianBackward1" },
  );

const kthvalueOp = operation<Attributes>(
  "kthvalue",
  ([x], [k], attributes) =>
    atRank(x, attributes, () => m.broadcastTo(m.sub(m.cast(k, "int64"), 1), x.shape.with(attributes.dim, 1))),
  { gradName: "KthvalueBackward0" },
);

/** Elements equal to the result share the gradient evenly. */
function evenly({ input, output, grad }: DerivativeContext): readonly Term[] {
  const [x, y] = [input(0), output(0)];
  const hits = m.cast(m.or(m.eq(x, y), m.and(m.isNan(x), m.isNan(m.broadcastTo(y, x.shape)))), grad(0).dtype);
  return [m.mul(m.div(grad(0), m.sum(hits)), hits)];
}

const medianOp = (name: "median" | "nanmedian"): Operation =>
  operation(
    name,
    ([x]) => {
      if (x.numel === 0) return m.constantLike(m.sum(x), x.isFloat ? Number.NaN : 0);
      const row = m.reshape(x, [x.numel]);
      return atRank(row, { dim: 0, keepdim: false }, () => medianRank(row, 0, name === "nanmedian"))[0];
    },
    { derivative: evenly },
  );

const operations = {
  median: { whole: medianOp("median"), along: medianDimOp("median") },
  nanmedian: { whole: medianOp("nanmedian"), along: medianDimOp("nanmedian") },
} as const;

/** Keyword arguments of `median`, `nanmedian` and `kthvalue`. */
export interface RankOptions {
  dim?: number;
  /** Whether the reduced dimension stays, with size 1; default false. */
  keepdim?: boolean;
}

type Values = Results<"values" | "indices">;

function medianBy(
  name: keyof typeof operations,
  input: Tensor,
  dim?: number | RankOptions,
  keepdim?: boolean | RankOptions,
): Tensor | Values {
  const given = keywords<RankOptions>(["dim", "keepdim"], [dim, keepdim]);
  const { whole, along } = operations[name];
  refuseBool(given.dim === undefined ? "median_cpu" : "median_out", input.dtype);
  if (given.dim === undefined) return call(whole, [input]);
  const at = normalizeDim(given.dim, input.ndim);
  if (input.ndim > 0) requireSizes("median", input, [at]);
  const attributes = { dim: at, keepdim: given.keepdim ?? false };
  return namedResults<"values" | "indices">(["values", "indices"], callMany(along, [input], [], attributes), name);
}

/**
 * The median of all elements, or along `dim` the medians and their positions. Of an even number of elements it is the
 * lower one of the middle two; a row with a NaN has the median NaN.
 *
 * @throws DTypeError for bool.
 * @example
 * torch.median(torch.tensor([4, 1, 3, 2])) // tensor(2.)
 */
export function median(input: Tensor): Tensor;
export function median(input: Tensor, dim: number | RankOptions, keepdim?: boolean | RankOptions): Values;
export function median(input: Tensor, dim?: number | RankOptions, keepdim?: boolean | RankOptions): Tensor | Values {
  return medianBy("median", input, dim, keepdim);
}

/** `median` of the elements that are not NaN. */
export function nanmedian(input: Tensor): Tensor;
export function nanmedian(input: Tensor, dim: number | RankOptions, keepdim?: boolean | RankOptions): Values;
export function nanmedian(input: Tensor, dim?: number | RankOptions, keepdim?: boolean | RankOptions): Tensor | Values {
  return medianBy("nanmedian", input, dim, keepdim);
}

/**
 * The `k`-th smallest elements (counting from 1) along `dim`, default the last, and their positions.
 *
 * @throws ShapeError where there are fewer than `k`.
 * @example
 * torch.kthvalue(torch.tensor([30, 10, 20]), 2).values // tensor(20.)
 */
export function kthvalue(
  input: Tensor,
  k: number | (RankOptions & { k: number }),
  dim?: number | RankOptions,
  keepdim?: boolean | RankOptions,
): Values {
  const given = keywords<RankOptions & { k: number }>(["k", "dim", "keepdim"], [k, dim, keepdim], 1);
  const at = normalizeDim(given.dim ?? -1, input.ndim);
  const size = input.ndim === 0 ? 1 : input.shape[at];
  if (size === 0) throw new IndexError(`kthvalue(): Expected reduction dim ${at} to have non-zero size.`);
  if (!Number.isInteger(given.k) || given.k < 1 || given.k > size)
    throw new ShapeError(`kthvalue(): selected number k out of range for dimension ${at}`);
  if (input.numel() > 0) refuseBool("kthvalue_cpu", input.dtype);
  return namedResults<"values" | "indices">(
    ["values", "indices"],
    callMany(kthvalueOp, [input], [given.k], { dim: at, keepdim: given.keepdim ?? false }),
    "kthvalue",
  );
}
