import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { callMany } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { normalizeDim } from "../shape/dims.ts";
import type { RankOptions } from "./median.ts";

const modeOp = operation<{ dim: number; keepdim: boolean }>("mode", ([x], _, { dim, keepdim }) => {
  if (x.rank === 0) return [m.reshape(x, []), m.cast(m.term(0), "int64")];
  const order = m.argsort(x, dim);
  const sorted = m.gather(x, dim, order);
  const place = m.iota(x.shape, dim);
  // Runs of equal elements: each place knows where its run began, so the first longest run ends where that is furthest.
  const before = m.gather(sorted, dim, m.maximum(m.sub(place, 1), 0));
  const begins = m.or(m.eq(place, 0), m.ne(sorted, before));
  const start = m.scan("max", m.where(begins, place, 0), dim);
  const end = m.argmax(m.sub(place, start), [dim], true);
  const results = [m.gather(sorted, dim, end), m.gather(order, dim, end)];
  return keepdim ? results : results.map((t) => m.squeeze(t, dim));
});

/**
 * The most frequent elements along `dim` (default the last), the smallest of several, and the position of their last
 * occurrence.
 *
 * @throws ShapeError where there are no elements.
 * @example
 * torch.mode(torch.tensor([3, 1, 3, 2])).values // tensor(3.)
 */
export function mode(
  input: Tensor,
  dim?: number | RankOptions,
  keepdim?: boolean | RankOptions,
): Results<"values" | "indices"> {
  const given = keywords<RankOptions>(["dim", "keepdim"], [dim, keepdim]);
  const at = normalizeDim(given.dim ?? -1, input.ndim);
  if (input.ndim > 0 && input.shape[at] === 0)
    throw new ShapeError(`mode(): Expected reduction dim ${at} to have non-zero size.`);
  const attributes = { dim: at, keepdim: given.keepdim ?? false };
  return namedResults(["values", "indices"], callMany(modeOp, [input], [], attributes), "mode");
}
