import { keywords } from "@cresset/core/extend";
import { add, div, full, ge, mul, sub, type Tensor, where, zerosLike } from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import { tensorsAmong } from "./arguments.ts";
import { Cauchy } from "./cauchy.ts";
import * as constraints from "./constraints/values.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AbsTransform } from "./transforms/elementwise.ts";
import { unlessKnown } from "./validation.ts";

export interface HalfCauchyOptions extends DistributionOptions {
  readonly scale?: Parameter;
}

/**
 * Absolute values of Cauchy numbers about 0.
 *
 * @param scale of the Cauchy distribution, positive.
 * @throws ValueError for scales that are invalid, at once where they are known.
 * @example new torch.distributions.HalfCauchy(torch.tensor([1])).sample() // [1]
 */
export class HalfCauchy extends TransformedDistribution {
  static override readonly typeName: string = "HalfCauchy";
  static override readonly argConstraints = { scale: constraints.positive };
  declare readonly baseDist: Cauchy;

  constructor(scale: Parameter | HalfCauchyOptions, validateArgs?: boolean | DistributionOptions) {
    const given = keywords<Required<HalfCauchyOptions>>(["scale", "validateArgs"], [scale, validateArgs]);
    const tensors = tensorsAmong([given.scale]);
    const base = new Cauchy(0, given.scale, { validateArgs: unlessKnown(tensors, given.validateArgs) });
    super(base, new AbsTransform(), given.validateArgs);
    if (this.validateArgs) this.checkAlso("scale", this.scale, tensors);
  }

  get scale(): Tensor {
    return this.baseDist.scale;
  }

  override get support(): constraints.Constraint {
    return constraints.nonnegative;
  }

  override get hasRsample(): boolean {
    return true;
  }

  /** Infinite. */
  override get mean(): Tensor {
    const { dtype, device } = this.scale;
    return full(this.extendedShape(), Number.POSITIVE_INFINITY, { dtype, device });
  }

  override get mode(): Tensor {
    return zerosLike(this.scale);
  }

  override get variance(): Tensor {
    return this.baseDist.variance;
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    return where(ge(x, 0), add(this.baseDist.logProb(x), Math.log(2)), Number.NEGATIVE_INFINITY);
  }

  override cdf(value: Tensor): Tensor {
    return sub(mul(2, this.baseDist.cdf(this.checkedValue(value))), 1);
  }

  override icdf(value: Tensor): Tensor {
    return this.baseDist.icdf(div(add(value, 1), 2));
  }

  override entropy(): Tensor {
    return sub(this.baseDist.entropy(), Math.log(2));
  }
}
