/** Orders along a dimension. Sorting is stable, and NaN is the greatest. */
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { call, callMany } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuseBool } from "../elementwise/operands.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { normalizeDim } from "../shape/dims.ts";

interface Attributes extends Record<string, unknown> {
  readonly dim: number;
  readonly descending: boolean;
}

const position0 = () => m.cast(m.term(0), "int64");

const sortOp = operation<Attributes>("sort", ([x], _, { dim, descending }) => {
  if (x.rank === 0) return [x, position0()];
  const order = m.argsort(x, dim, descending);
  return [m.gather(x, dim, order), order];
});

const argsortOp = operation<Attributes>("argsort", ([x], _, { dim, descending }) =>
  x.rank === 0 ? position0() : m.argsort(x, dim, descending),
);

const topkOp = operation<Attributes & { readonly k: number }>("topk", ([x], _, { dim, descending, k }) => {
  if (x.rank === 0) return [m.reshape(x, []), position0()];
  const order = m.firstSorted(x, dim, descending, k);
  return [m.gather(x, dim, order), order];
});

/** Keyword arguments of `sort` and `argsort`. */
export interface SortOptions {
  /** Default -1. */
  dim?: number;
  /** Greatest first; default false. */
  descending?: boolean;
  /** Every sort is stable. */
  stable?: boolean;
}

function sortArguments(input: Tensor, values: readonly unknown[]): Attributes {
  const given = keywords<SortOptions>(["dim", "descending", "stable"], values);
  return { dim: normalizeDim(given.dim ?? -1, input.ndim), descending: given.descending ?? false };
}

/**
 * Sorts along `dim` (default the last), giving the values and their positions. Stable; NaN is the greatest.
 *
 * @example
 * const { values, indices } = torch.sort(torch.tensor([3, 1, 2]));
 * // values: tensor([1., 2., 3.]), indices: tensor([1, 2, 0])
 */
export function sort(
  input: Tensor,
  dim?: number | SortOptions,
  descending?: boolean | SortOptions,
  stable?: boolean | SortOptions,
): Results<"values" | "indices"> {
  return namedResults(
    ["values", "indices"],
    callMany(sortOp, [input], [], sortArguments(input, [dim, descending, stable])),
    "sort",
  );
}

/** The int64 positions that sort along `dim`, as `sort` gives them. */
export function argsort(
  input: Tensor,
  dim?: number | SortOptions,
  descending?: boolean | SortOptions,
  stable?: boolean | SortOptions,
): Tensor {
  return call(argsortOp, [input], [], sortArguments(input, [dim, descending, stable]));
}

/** Sorts along the first dimension, giving the values. */
export function msort(input: Tensor): Tensor {
  return sort(input, 0).values;
}

/** Keyword arguments of `topk`. */
export interface TopkOptions {
  /** Default -1. */
  dim?: number;
  /** The greatest elements (the default) or the least. */
  largest?: boolean;
  /** Results are sorted either way. */
  sorted?: boolean;
}

/**
 * The `k` greatest (or least) elements along `dim`, in order, with their positions. NaN is the greatest.
 *
 * @throws ShapeError where there are fewer than `k`.
 * @example
 * torch.topk(torch.tensor([1, 4, 2]), 2).values // tensor([4., 2.])
 */
export function topk(
  input: Tensor,
  k: number | (TopkOptions & { k: number }),
  dim?: number | TopkOptions,
  largest?: boolean | TopkOptions,
  sorted?: boolean | TopkOptions,
): Results<"values" | "indices"> {
  const names = ["k", "dim", "largest", "sorted"] as const;
  const given = keywords<TopkOptions & { k: number }>(names, [k, dim, largest, sorted], 1);
  const along = normalizeDim(given.dim ?? -1, input.ndim);
  const size = input.ndim === 0 ? 1 : input.shape[along];
  if (!Number.isInteger(given.k) || given.k < 0 || given.k > size)
    throw new ShapeError("selected index k out of range");
  refuseBool("topk_cpu", input.dtype);
  const attributes = { dim: along, descending: given.largest ?? true, k: given.k };
  return namedResults(["values", "indices"], callMany(topkOp, [input], [], attributes), "topk");
}
