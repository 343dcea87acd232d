/** Activations and dropout that draw random numbers in training. */
import type { Tensor } from "@cresset/core/functions";
import { featureAlphaDropout, rrelu } from "../functional/dropout.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonNumber } from "../printing.ts";
import { Dropout } from "./dropout.ts";

export interface RReLUOptions {
  /** Default 1/8. */
  readonly lower?: number;
  /** Default 1/3. */
  readonly upper?: number;
  /** Whether to write the result into the input; default false. */
  readonly inplace?: boolean;
}

/** x where positive, else x times a slope that is drawn for each element; the mean slope in evaluation mode. */
export class RReLU extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "RReLU";
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(lower?: number | RReLUOptions, upper?: number | RReLUOptions, inplace?: boolean | RReLUOptions) {
    super();
    const options = keywords<RReLUOptions>(["lower", "upper", "inplace"], [lower, upper, inplace]);
    this.lower = options.lower ?? 1 / 8;
    this.upper = options.upper ?? 1 / 3;
    this.inplace = options.inplace ?? false;
  }

  forward(input: Tensor): Tensor {
    const { lower, upper, training, inplace } = this;
    return rrelu(input, { lower, upper, training, inplace });
  }

  override extraRepr(): string {
    const range = `lower=${pythonNumber(this.lower)}, upper=${pythonNumber(this.upper)}`;
    return this.inplace ? `${range}, inplace=True` : range;
  }
}

/** `AlphaDropout` of whole channels [N, C, …]. */
export class FeatureAlphaDropout extends Dropout {
  static override readonly typeName: string = "FeatureAlphaDropout";

  override forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, this.p, this.training);
  }
}
