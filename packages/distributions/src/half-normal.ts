import { keywords } from "@cresset/core/extend";
import { add, div, ge, mul, pow, sub, type Tensor, where, zerosLike } from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import { tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Normal } from "./normal.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AbsTransform } from "./transforms/elementwise.ts";
import { unlessKnown } from "./validation.ts";

export interface HalfNormalOptions extends DistributionOptions {
  readonly scale?: Parameter;
}

/**
 * Absolute values of normal numbers about 0.
 *
 * @param scale of the normal distribution, positive.
 * @throws ValueError for scales that are invalid, at once where they are known.
 * @example new torch.distributions.HalfNormal(torch.tensor([1])).sample() // [1]
 */
export class HalfNormal extends TransformedDistribution {
  static override readonly typeName: string = "HalfNormal";
  static override readonly argConstraints = { scale: constraints.positive };
  declare readonly baseDist: Normal;

  constructor(scale: Parameter | HalfNormalOptions, validateArgs?: boolean | DistributionOptions) {
    const given = keywords<Required<HalfNormalOptions>>(["scale", "validateArgs"], [scale, validateArgs]);
    const tensors = tensorsAmong([given.scale]);
    const base = new Normal(0, given.scale, { validateArgs: unlessKnown(tensors, given.validateArgs) });
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

  override get mean(): Tensor {
    return mul(this.scale, Math.sqrt(2 / Math.PI));
  }

  override get mode(): Tensor {
    return zerosLike(this.scale);
  }

  override get variance(): Tensor {
    return mul(pow(this.scale, 2), 1 - 2 / Math.PI);
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
