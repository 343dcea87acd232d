/** Histograms of points. */
import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import { noGrad } from "../../runtime/mode.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { zeros } from "../creation/fill.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { div } from "../elementwise/division.ts";
import { logicalAnd } from "../elementwise/logical.ts";
import { where } from "../elementwise/where.ts";
import { indexAdd } from "../indexing/index-dim.ts";
import { sum } from "../reduction/sum.ts";
import { diff } from "../scan/difference.ts";
import { toDtype } from "../shape/convert.ts";
import { reshape } from "../shape/reshape.ts";
import { narrow, select } from "../shape/slice.ts";
import { binsOf, edgesOf } from "./bins.ts";

/** Keyword arguments of `histogramdd`. */
export interface HistogramddOptions {
  /** The least and the greatest edge of each dimension, one after the other; default: of the points. */
  readonly range?: readonly number[] | null;
  /** What each point counts, of the input's shape without its last dimension; default 1. */
  readonly weight?: Tensor | null;
  /** Divides by the sum of counts and by the bins' volumes; default false. */
  readonly density?: boolean;
}

/** A histogram of points: by name and in order, like PyTorch's named tuple. */
export type Histogramdd = { readonly hist: Tensor; readonly binEdges: readonly Tensor[] } & Iterable<
  Tensor | readonly Tensor[]
>;

/**
 * How many points [*, D] lie in each bin of a grid of D dimensions: counts [bins₀, bins₁ …], and the edges of the bins along
 * each dimension.
 *
 * @param bins how many along each dimension, or along all, or a tensor of edges that rise for each.
 * @throws DTypeError for integers; ShapeError or ValueError where bins, range or weight do not fit.
 * @example
 * const { hist, binEdges } = torch.histogramdd(points, [3, 3]);
 */
export function histogramdd(
  input: Tensor,
  bins: number | readonly number[] | readonly Tensor[],
  options: HistogramddOptions = {},
): Histogramdd {
  requireNames(options, ["range", "weight", "density"]);
  const { range = null, weight = null, density = false } = options;
  if (!isFloat(input.dtype)) throw new DTypeError(`"histogramdd" not implemented for '${pytorchName(input.dtype)}'`);
  if (input.ndim < 2) throw new ShapeError("torch.histogramdd: input tensor should have at least 2 dimensions");
  const dims = input.shape[input.ndim - 1];
  const each = typeof bins === "number" ? new Array<number>(dims).fill(bins) : bins;
  if (each.length !== dims)
    throw new ShapeError(
      `torch.histogramdd: The size of bins must be equal to the innermost dimension of the input: expected ${dims}, but got ${each.length}`,
    );
  if (range !== null && range.length !== 2 * dims)
    throw new ValueError(
      `torch.histogramdd: for a ${dims}-dimensional histogram range should have ${2 * dims} elements, but got ${range.length}`,
    );
  for (const [d, count] of each.entries())
    if (!(count instanceof Tensor) && (!Number.isInteger(count) || count <= 0))
      throw new ValueError(`torch.histogramdd(): bins must be > 0, but got ${count} for dimension ${d}`);
  if (weight !== null && (weight.dtype !== input.dtype || weight.shape.join() !== input.shape.slice(0, -1).join()))
    throw new ShapeError(
      "torch.histogramdd: if weight tensor is provided it should have the same shape as the input without its innermost dimension, and its dtype",
    );
  return noGrad(() => {
    const points = reshape(input, [-1, dims]);
    const count = points.shape[0];
    const edges = each.map((size, d) =>
      size instanceof Tensor
        ? size
        : edgesOf(select(points, 1, d), size, range === null ? null : [range[2 * d], range[2 * d + 1]]),
    );
    const sizes = edges.map(({ shape }) => shape[0] - 1);
    const total = sizes.reduce((a, b) => a * b, 1);
    let place: Tensor | null = null;
    let inside: Tensor | null = null;
    for (const [d, own] of edges.entries()) {
      const { bin, within } = binsOf(select(points, 1, d), own);
      place = place === null ? bin : add(mul(place, sizes[d]), bin);
      inside = inside === null ? within : logicalAnd(inside, within);
    }
    const target = zeros([total + 1], { dtype: input.dtype, device: input.device });
    const ones = weight === null ? 1 : reshape(weight, [count]);
    const counts =
      place === null || inside === null
        ? target
        : // What lies outside is counted in a bin more.
          indexAdd(target, 0, where(inside, place, total), toDtype(where(inside, ones, 0), input.dtype));
    let hist = reshape(narrow(counts, 0, 0, total), sizes);
    if (density) {
      hist = div(hist, sum(hist));
      for (const [d, own] of edges.entries())
        hist = div(
          hist,
          reshape(
            diff(own),
            sizes.map((size, at) => (at === d ? size : 1)),
          ),
        );
    }
    return named(hist, edges);
  });
}

function named(hist: Tensor, binEdges: readonly Tensor[]): Histogramdd {
  const results = [hist, binEdges];
  const print = (): string => `torch.return_types.histogramdd(\nhist=${hist},\nbin_edges=(${binEdges.join(", ")}))`;
  return Object.defineProperties(results, {
    hist: { value: hist },
    binEdges: { value: binEdges },
    toString: { value: print },
    [Symbol.for("nodejs.util.inspect.custom")]: { value: print },
  }) as unknown as Histogramdd;
}
