/** Histograms with their edges. */
import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { noGrad } from "../../runtime/mode.ts";
import { callMany } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { zeros } from "../creation/fill.ts";
import { linspace } from "../creation/range.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { ge, le } from "../elementwise/comparison.ts";
import { div } from "../elementwise/division.ts";
import { logicalAnd } from "../elementwise/logical.ts";
import { where } from "../elementwise/where.ts";
import { indexAdd } from "../indexing/index-dim.ts";
import { amax, amin } from "../reduction/extreme.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { sum } from "../reduction/sum.ts";
import { diff } from "../scan/difference.ts";
import { toDtype } from "../shape/convert.ts";
import { cat } from "../shape/join.ts";
import { reshape } from "../shape/reshape.ts";
import { narrow, select } from "../shape/slice.ts";
import { bucketize } from "./search.ts";

/** Keyword arguments of `histogram`. */
export interface HistogramOptions {
  /** The least and the greatest edge, where `bins` is a number; default: of the elements. */
  readonly range?: readonly [number, number] | null;
  /** What each element counts, of the input's shape; default 1. */
  readonly weight?: Tensor | null;
  /** Divides by the sum of counts and by the bins' widths; default false. */
  readonly density?: boolean;
}

/** (least, greatest) of the elements → the first and the last edge: ½ beyond it on both sides, where there is one value only. */
const endsOp = operation("histogram_range", ([least, greatest]) => {
  const finite = m.and(m.lt(m.abs(least), Number.POSITIVE_INFINITY), m.lt(m.abs(greatest), Number.POSITIVE_INFINITY));
  const low = m.check(least, finite, {
    error: "ValueError",
    message: "torch.histogram: the range of the elements is not finite",
  });
  const widened = m.cast(m.where(m.eq(low, greatest), 0.5, m.zerosLike(low)), low.dtype);
  return [m.sub(low, widened), m.add(greatest, widened)];
});

/** Edges of bins of equal width; where there is one value only, from ½ below it to ½ above. */
export function edgesOf(x: Tensor, bins: number, range: readonly [number, number] | null): Tensor {
  const { dtype, device } = x;
  if (range !== null) {
    const [least, greatest] = range;
    if (!(least <= greatest) || !Number.isFinite(least) || !Number.isFinite(greatest))
      throw new ValueError(`torch.histogram: range [${least}, ${greatest}] is not a range`);
    const widened = least === greatest ? 0.5 : 0;
    return linspace(least - widened, greatest + widened, bins + 1, { dtype, device });
  }
  if (x.numel() === 0) return linspace(0, 1, bins + 1, { dtype, device });
  const [low, high] = callMany(endsOp, [amin(x), amax(x)]);
  const inner = mul(linspace(0, 1, bins + 1, { dtype, device }), sub(high, low));
  return cat([narrow(add(inner, low), 0, 0, bins), reshape(high, [1])]);
}

/** Which bin each element lies in, and whether it lies in one: outside, the number of the bin means nothing. */
export function binsOf(x: Tensor, edges: Tensor): { readonly bin: Tensor; readonly within: Tensor } {
  const count = edges.shape[0] - 1;
  const within = logicalAnd(ge(x, select(edges, 0, 0)), le(x, select(edges, 0, count)));
  // The last edge belongs to the last bin.
  return { bin: bucketize(x, narrow(edges, 0, 1, Math.max(count - 1, 0)), { right: true }), within };
}

/**
 * How many elements lie in each bin, and the edges of the bins, [bins] and [bins + 1]. A bin has its lower edge, and the last
 * one both; elements outside do not count.
 *
 * @param bins how many bins of equal width, or a tensor of edges that rise.
 * @throws DTypeError for integers; ValueError for a range that is none.
 * @example
 * const { hist, binEdges } = torch.histogram(torch.tensor([1, 2, 1]), 4, { range: [0, 3] }); // [0, 2, 1, 0]
 */
export function histogram(
  input: Tensor,
  bins: number | Tensor,
  options: HistogramOptions = {},
): Results<"hist" | "binEdges"> {
  requireNames(options, ["range", "weight", "density"]);
  const { range = null, weight = null, density = false } = options;
  if (!isFloat(input.dtype)) throw new DTypeError(`"histogram_cpu" not implemented for '${pytorchName(input.dtype)}'`);
  if (!(bins instanceof Tensor) && (!Number.isInteger(bins) || bins <= 0))
    throw new ValueError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`);
  if (bins instanceof Tensor && (bins.ndim !== 1 || bins.dtype !== input.dtype))
    throw new ShapeError("torch.histogram(): bins tensor must have one dimension and the input's dtype");
  if (weight !== null && (weight.dtype !== input.dtype || weight.shape.join() !== input.shape.join()))
    throw new ShapeError(
      "torch.histogram(): if weight tensor is provided it should have the same shape and dtype as input",
    );
  return noGrad(() => {
    const x = reshape(input, [-1]);
    const edges = bins instanceof Tensor ? bins : edgesOf(x, bins, range);
    const count = edges.shape[0] - 1;
    const { bin, within: inside } = binsOf(x, edges);
    const weights = weight === null ? where(inside, 1, 0) : where(inside, reshape(weight, [-1]), 0);
    const counts = indexAdd(
      zeros([count + 1], { dtype: input.dtype, device: input.device }),
      0,
      where(inside, bin, count),
      toDtype(weights, input.dtype),
    );
    const hist = narrow(counts, 0, 0, count);
    return namedResults(
      ["hist", "binEdges"],
      [density ? div(div(hist, sum(hist)), diff(edges)) : hist, edges],
      "histogram",
    );
  });
}
