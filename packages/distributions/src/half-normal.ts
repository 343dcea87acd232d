import { mul, pow, type Tensor } from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import { Folded, type FoldedOptions } from "./folded.ts";
import { Normal } from "./normal.ts";

export interface HalfNormalOptions extends FoldedOptions {}

/**
 * Absolute values of normal numbers about 0.
 *
 * @param scale of the normal distribution, positive.
 * @throws ValueError for scales that are invalid, at once where they are known.
 * @example new torch.distributions.HalfNormal(torch.tensor([1])).sample() // [1]
 */
export class HalfNormal extends Folded<Normal> {
  static override readonly typeName: string = "HalfNormal";

  constructor(scale: Parameter | HalfNormalOptions, validateArgs?: boolean | DistributionOptions) {
    super(Normal, scale, validateArgs);
  }

  override get mean(): Tensor {
    return mul(this.scale, Math.sqrt(2 / Math.PI));
  }

  override get variance(): Tensor {
    return mul(pow(this.scale, 2), 1 - 2 / Math.PI);
  }
}
