import { keywords } from "@cresset/core/extend";
import { add, div, ge, mul, sub, type Tensor, where, zerosLike } from "@cresset/core/functions";
import { type DistributionOptions, type LocationScaleOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import type { Distribution } from "./distribution.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AbsTransform } from "./transforms/elementwise.ts";
import { unlessKnown } from "./validation.ts";

/** What folded distributions take by name. */
export interface FoldedOptions extends DistributionOptions {
  readonly scale?: Parameter;
}

/** Absolute values of what a distribution gives that is symmetric about 0 and has a scale. */
export abstract class Folded<Base extends Distribution & { readonly scale: Tensor }> extends TransformedDistribution {
  static override readonly argConstraints = { scale: constraints.positive };
  declare readonly baseDist: Base;

  constructor(
    base: new (loc: number, scale: Parameter, options: LocationScaleOptions) => Base,
    scale: Parameter | FoldedOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<FoldedOptions>>(["scale", "validateArgs"], [scale, validateArgs]);
    const tensors = tensorsAmong([given.scale]);
    const symmetric = new base(0, given.scale, { validateArgs: unlessKnown(tensors, given.validateArgs) });
    super(symmetric, new AbsTransform(), given.validateArgs);
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

  override get mode(): Tensor {
    return zerosLike(this.scale);
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
