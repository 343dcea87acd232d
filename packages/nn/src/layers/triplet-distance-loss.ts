import type { Tensor } from "@cresset/core/functions";
import { type TripletDistanceOptions, tripletMarginWithDistanceLoss } from "../functional/triplet-distance-loss.ts";
import { Module } from "../module.ts";

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

  constructor(options: TripletDistanceOptions = {}) {
    super();
    this.options = options;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
