/** Distances and similarities as modules. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/distance.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";

/** x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along `dim`, by default 1. */
export class CosineSimilarity extends Module<[Tensor, Tensor], Tensor> {
  static override readonly typeName: string = "CosineSimilarity";

  readonly dim: number;
  readonly eps: number;

  constructor(
    ...given: [options?: F.CosineSimilarityOptions] | [dim?: number, eps?: number | F.CosineSimilarityOptions]
  ) {
    super();
    const { dim = 1, eps = 1e-8 } = keywords<F.CosineSimilarityOptions>(["dim", "eps"], given);
    this.dim = dim;
    this.eps = eps;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}

/** ‖x1 - x2 + eps‖ₚ along the last dimension: [*, D] and [*, D] to [*]. */
export class PairwiseDistance extends Module<[Tensor, Tensor], Tensor> {
  static override readonly typeName: string = "PairwiseDistance";

  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(
    ...given:
      | [options?: F.PairwiseDistanceOptions]
      | [p?: number, eps?: number | F.PairwiseDistanceOptions, keepdim?: boolean | F.PairwiseDistanceOptions]
  ) {
    super();
    const options = keywords<F.PairwiseDistanceOptions>(["p", "eps", "keepdim"], given);
    this.norm = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.keepdim = options.keepdim ?? false;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}
