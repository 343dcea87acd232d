import type { Tensor } from "@cresset/core/functions";
import { type TripletDistanceOptions, tripletMarginWithDistanceLoss } from "../functional/triplet-distance-loss.ts";
import { keywords } from "../keywords.ts";
import { type AnyModule, Module } from "../module.ts";
import { PairwiseDistance } from "./distance.ts";

/**
 * `TripletMarginLoss` with a distance function of one's own.
 *
 * @example
 * const distanceFunction = (a: Tensor, b: Tensor) => torch.sub(1, nn.functional.cosineSimilarity(a, b));
 * const loss = new nn.TripletMarginWithDistanceLoss({ distanceFunction })(anchor, positive, negative);
 */
export class TripletMarginWithDistanceLoss extends Module<
  [anchor: Tensor, positive: Tensor, negative: Tensor],
  Tensor
> {
  static override readonly typeName: string = "TripletMarginWithDistanceLoss";
  readonly options: TripletDistanceOptions;
  /** The distance: `PairwiseDistance` where none is given, which then is a module of this one. */
  readonly distanceFunction: (a: Tensor, b: Tensor) => Tensor;

  constructor(options: TripletDistanceOptions = {}) {
    super();
    const names = ["distanceFunction", "margin", "swap", "reduction"] as const;
    this.options = keywords<TripletDistanceOptions>(names, [options]);
    this.distanceFunction = options.distanceFunction ?? new PairwiseDistance();
  }

  override moduleEntries(): [string, AnyModule][] {
    return super.moduleEntries().map(([, distance]) => ["distance_function", distance]);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction } = this;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, { ...this.options, distanceFunction });
  }
}
