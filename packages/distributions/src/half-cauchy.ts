import { full, type Tensor } from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import { Cauchy } from "./cauchy.ts";
import { Folded, type FoldedOptions } from "./folded.ts";

export interface HalfCauchyOptions extends FoldedOptions {}

/**
 * Absolute values of Cauchy numbers about 0.
 *
 * @param scale of the Cauchy distribution, positive.
 * @throws ValueError for scales that are invalid, at once where they are known.
 * @example new torch.distributions.HalfCauchy(torch.tensor([1])).sample() // [1]
 */
export class HalfCauchy extends Folded<Cauchy> {
  static override readonly typeName: string = "HalfCauchy";

  constructor(scale: Parameter | HalfCauchyOptions, validateArgs?: boolean | DistributionOptions) {
    super(Cauchy, scale, validateArgs);
  }

  /** Infinite. */
  override get mean(): Tensor {
    const { dtype, device } = this.scale;
    return full(this.extendedShape(), Number.POSITIVE_INFINITY, { dtype, device });
  }

  override get variance(): Tensor {
    return this.baseDist.variance;
  }
}
