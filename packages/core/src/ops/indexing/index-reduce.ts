import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, IndexError, ShapeError, ValueError } from "../../errors.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { toDtype } from "../shape/convert.ts";
import { normalizeDim } from "../shape/dims.ts";
import { expand } from "../shape/expand.ts";
import { reshape } from "../shape/reshape.ts";
import { type ScatterReduceOptions, type ScatterReduction, scatterReduce } from "./scatter-reduce.ts";

/**
 * A copy of `input` in which slice i of `source` is combined with slice index[i] of dimension `dim`: by "prod", "mean", "amax" or
 * "amin".
 *
 * @param index int64 or int32, [source's size along `dim`].
 * @throws ValueError for another reduction; IndexError, ShapeError or DTypeError if index or source do not fit.
 */
export function indexReduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<ScatterReduction, "sum">,
  options: ScatterReduceOptions = {},
): Tensor {
  requireNames(options, ["includeSelf"]);
  const d = normalizeDim(dim, input.ndim);
  if (!["prod", "mean", "amax", "amin"].includes(reduce))
    throw new ValueError(
      `index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${String(reduce)}.`,
    );
  if (index.ndim > 1) throw new IndexError("index_reduce_(): Index is supposed to be a vector");
  if (index.dtype !== "int64" && index.dtype !== "int32")
    throw new DTypeError("index_reduce_(): Expected dtype int32/int64 for index");
  if (input.dtype !== source.dtype)
    throw new DTypeError(
      `index_reduce_(): self (${pytorchName(input.dtype)}) and source (${pytorchName(source.dtype)}) must have the same scalar type`,
    );
  const [x, y] = [input, source].map((t) => (t.ndim === 0 ? reshape(t, [1]) : t));
  if (x.ndim !== y.ndim || x.shape.some((size, at) => at !== d && size !== y.shape[at]))
    throw new ShapeError(
      `index_reduce_(): Source/destination tensor must have same slice shapes, but got [${x.shape.join(", ")}] and [${y.shape.join(", ")}] along dimension ${d}`,
    );
  if (index.numel() !== y.shape[d])
    throw new ShapeError(
      `index_reduce_(): Number of indices (${index.numel()}) should be equal to self.size(dim) (${y.shape[d]})`,
    );
  const places = reshape(
    toDtype(index, "int64"),
    y.shape.map((_, at) => (at === d ? -1 : 1)),
  );
  return reshape(scatterReduce(x, d, expand(places, y.shape), y, reduce, options), input.shape);
}
