/** Whole slices picked by an index vector. */
import { DTypeError, IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normalizeDim } from "../shape/dims.ts";
import { checkedIndex, checkKnownIndex } from "./bounds.ts";

/** An index vector along `dim`, repeated over the other dimensions of `shape`. */
export function spread(index: Term, dim: number, shape: readonly number[]): Term {
  const around = shape.map((_, d) => (d === dim ? index.numel : 1));
  return m.broadcastTo(m.reshape(index, around), shape.with(dim, index.numel));
}

const indexSelectOp = operation<{ dim: number }>(
  "index_select",
  ([x, index], _, { dim }) => {
    const places = checkedIndex(m.cast(index, "int64"), x.shape[dim], "index out of range in self");
    return m.gather(x, dim, spread(places, dim, x.shape));
  },
  { gradName: "IndexSelectBackward0", half: "keep" },
);

interface IndexSelectParameters {
  readonly dim: number;
  readonly index: Tensor;
}

/**
 * A copy of the slices `index` of dimension `dim`: out[…, i, …] = input[…, index[i], …].
 *
 * @param index int64 or int32, of at most one dimension.
 * @throws IndexError for a wrong shape of the index at once, for an index out of range at evaluation.
 * @example x.indexSelect(0, torch.tensor([0n, 2n])) // rows 0 and 2
 */
export function indexSelect(
  input: Tensor,
  ...given: readonly [dim: number, index: Tensor] | ByName<IndexSelectParameters, ["dim", "index"]>
): Tensor {
  const { dim, index } = keywords<IndexSelectParameters>(["dim", "index"], given, 2);
  requireTensors("index_select", [input, index]);
  if (index.ndim > 1) throw new IndexError("index_select(): Index is supposed to be a vector");
  if (index.dtype !== "int64" && index.dtype !== "int32")
    throw new DTypeError(`index_select(): Expected dtype int32 or int64 for index but got: ${index.dtype}`);
  const d = normalizeDim(dim, input.ndim);
  checkKnownIndex(index, input.ndim === 0 ? 1 : input.shape[d], () => "index out of range in self");
  if (input.ndim === 0) {
    if (index.numel() !== 1)
      throw new ShapeError(`index_select(): Index to scalar can have only 1 value, got ${index.numel()} value(s)`);
    return call(scalarOp, [input, index]);
  }
  return call(indexSelectOp, [input, index], [], { dim: d });
}

const scalarOp = operation(
  "index_select",
  ([x, index]) => {
    const places = checkedIndex(m.reshape(m.cast(index, "int64"), [1]), 1, "index out of range in self");
    return m.reshape(m.gather(m.reshape(x, [1]), 0, places), []);
  },
  { gradName: "IndexSelectBackward0", half: "keep" },
);
