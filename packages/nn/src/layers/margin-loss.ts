/** Losses with a margin, as modules. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/margin-loss.ts";
import type { ReductionOptions } from "../functional/reduction.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Loss } from "./loss.ts";

/** max(-y (x1 - x2) + margin, 0): called with two scores and a target of 1 or -1. Margin default 0. */
export class MarginRankingLoss extends Module<[input1: Tensor, input2: Tensor, target: Tensor], Tensor> {
  static override readonly typeName: string = "MarginRankingLoss";
  readonly options: F.MarginOptions;

  constructor(margin?: number | F.MarginOptions, options?: F.MarginOptions) {
    super();
    this.options = keywords<F.MarginOptions>(["margin", "reduction"], [margin, options]);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}

/** 1 - cos or max(cos - margin, 0): called with two vectors [N, D] and a target of 1 or -1. Margin default 0. */
export class CosineEmbeddingLoss extends Module<[input1: Tensor, input2: Tensor, target: Tensor], Tensor> {
  static override readonly typeName: string = "CosineEmbeddingLoss";
  readonly options: F.MarginOptions;

  constructor(margin?: number | F.MarginOptions, options?: F.MarginOptions) {
    super();
    this.options = keywords<F.MarginOptions>(["margin", "reduction"], [margin, options]);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** max(|anchor - positive| - |anchor - negative| + margin, 0), of vectors [N, D]. Margin default 1. */
export class TripletMarginLoss extends Module<[anchor: Tensor, positive: Tensor, negative: Tensor], Tensor> {
  static override readonly typeName: string = "TripletMarginLoss";
  readonly options: F.TripletMarginOptions;

  constructor(
    margin?: number | F.TripletMarginOptions,
    p?: number | F.TripletMarginOptions,
    eps?: number | F.TripletMarginOptions,
    swap?: boolean | F.TripletMarginOptions,
    options?: F.TripletMarginOptions,
  ) {
    super();
    this.options = keywords<F.TripletMarginOptions>(
      ["margin", "p", "eps", "swap", "reduction"],
      [margin, p, eps, swap, options],
    );
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** x where the target is 1, max(margin - x, 0) where it is -1. Margin default 1. */
export class HingeEmbeddingLoss extends Loss {
  static override readonly typeName: string = "HingeEmbeddingLoss";
  readonly margin: number;

  constructor(margin?: number | F.MarginOptions, options?: F.MarginOptions) {
    const given = keywords<F.MarginOptions>(["margin", "reduction"], [margin, options]);
    super(given.reduction);
    this.margin = given.margin ?? 1;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** The hinge loss of scores [N, C] against class indices [N]. */
export class MultiMarginLoss extends Loss {
  static override readonly typeName: string = "MultiMarginLoss";
  weight: Tensor | null;
  readonly p: number;
  readonly margin: number;

  constructor(
    p?: number | F.MultiMarginOptions,
    margin?: number | F.MultiMarginOptions,
    weight?: Tensor | null | F.MultiMarginOptions,
    given?: F.MultiMarginOptions,
  ) {
    const options = keywords<F.MultiMarginOptions>(["p", "margin", "weight", "reduction"], [p, margin, weight, given]);
    super(options.reduction);
    this.weight = options.weight ?? null;
    this.registerBuffer("weight", this.weight);
    this.p = options.p ?? 1;
    this.margin = options.margin ?? 1;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return F.multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

/** The hinge loss of scores [N, C] against rows of class indices that end at the first -1. */
export class MultiLabelMarginLoss extends Loss {
  static override readonly typeName: string = "MultiLabelMarginLoss";

  constructor(options: ReductionOptions = {}) {
    super(keywords<ReductionOptions>(["reduction"], [options]).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

type WeightOptions = ReductionOptions & { readonly weight?: Tensor | null };

/** The binary cross-entropy of each class's score, averaged over the classes, of scores [N, C]. */
export class MultiLabelSoftMarginLoss extends Loss {
  static override readonly typeName: string = "MultiLabelSoftMarginLoss";
  weight: Tensor | null;

  constructor(weight?: Tensor | null | WeightOptions, given?: WeightOptions) {
    const options = keywords<WeightOptions>(["weight", "reduction"], [weight, given]);
    super(options.reduction);
    this.weight = options.weight ?? null;
    this.registerBuffer("weight", this.weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}
