/** Reductions to truth values and counts. */
import * as m from "../../graph/math.ts";
import { type Operation, operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Dims, reducedDims } from "./dims.ts";
import { keywords } from "./keywords.ts";

interface Attributes extends Record<string, unknown> {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

/** Keyword arguments of `all` and `any`. */
export interface TruthOptions {
  dim?: Dims | null;
  /** Whether reduced dimensions stay, with size 1; default false. */
  keepdim?: boolean;
}

/** The result is bool, but of uint8 it is uint8. */
const truth = (name: "all" | "any"): Operation<Attributes> =>
  operation<Attributes>(name, ([x], _, { dims, keepdim }) => {
    const reduce = name === "all" ? m.amin : m.amax;
    const result = reduce(m.ne(x, 0), dims, keepdim);
    return x.dtype === "uint8" ? m.cast(result, "uint8") : result;
  });

const allOp = truth("all");
const anyOp = truth("any");

const countOp = operation<{ dims: readonly number[] }>("count_nonzero", ([x], _, { dims }) =>
  m.sum(m.cast(m.ne(x, 0), "int64"), dims),
);

function applied(
  op: Operation<Attributes>,
  input: Tensor,
  dim?: Dims | TruthOptions | null,
  keepdim?: boolean | TruthOptions,
): Tensor {
  const given = keywords<TruthOptions>(["dim", "keepdim"], [dim, keepdim]);
  return call(op, [input], [], { dims: reducedDims(given.dim, input.ndim), keepdim: given.keepdim ?? false });
}

/**
 * Whether all elements (along `dim`: of each row) are not zero; true of none. NaN is not zero.
 *
 * @returns bool; uint8 where the input is.
 * @example
 * torch.all(torch.tensor([true, false])) // tensor(False)
 */
export function all(input: Tensor, dim?: Dims | TruthOptions | null, keepdim?: boolean | TruthOptions): Tensor {
  return applied(allOp, input, dim, keepdim);
}

/** Whether any element (along `dim`: of each row) is not zero; false of none. */
export function any(input: Tensor, dim?: Dims | TruthOptions | null, keepdim?: boolean | TruthOptions): Tensor {
  return applied(anyOp, input, dim, keepdim);
}

/**
 * The number of elements that are not zero, int64, over `dim`: one dimension, a list, or all.
 *
 * @example
 * torch.countNonzero(torch.tensor([0, 2, 3])) // tensor(2)
 */
export function countNonzero(input: Tensor, dim?: Dims | { dim?: Dims | null } | null): Tensor {
  const given = keywords<{ dim?: Dims | null }>(["dim"], [dim]);
  return call(countOp, [input], [], { dims: reducedDims(given.dim, input.ndim) });
}
