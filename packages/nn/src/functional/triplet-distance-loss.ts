import { add, clamp, mean, minimum, sub, sum, type Tensor, ValueError } from "@cresset/core/functions";
import { keywords } from "../keywords.ts";
import { pairwiseDistance } from "./distance.ts";
import { checkReduction, type ReductionOptions } from "./reduction.ts";

export interface TripletDistanceOptions extends ReductionOptions {
  /** How far two vectors [N, D] are apart, [N]; default `pairwiseDistance`. */
  readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null;
  /** Default 1. */
  readonly margin?: number;
  /** Whether the negative may be nearer to the positive than to the anchor (Balntas et al., 2016); default false. */
  readonly swap?: boolean;
}

/**
 * max(d(anchor, positive) - d(anchor, negative) + margin, 0) for a distance function of one's own.
 *
 * @throws ValueError for a reduction that is none, or vectors of different numbers of dimensions.
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor {
  const given = keywords<TripletDistanceOptions>(["distanceFunction", "margin", "swap", "reduction"], [options]);
  const { margin = 1, swap = false, reduction = "mean" } = given;
  const distance = given.distanceFunction ?? ((a: Tensor, b: Tensor) => pairwiseDistance(a, b));
  checkReduction(reduction);
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim)
    throw new ValueError(
      `The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs`,
    );
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const nearest = swap ? minimum(far, distance(positive, negative)) : far;
  const losses = clamp(add(sub(near, nearest), margin), 0);
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : mean(losses);
}
