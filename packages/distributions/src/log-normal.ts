import { keywords } from "@cresset/core/extend";
import { add, div, exp, mul, pow, square, sub, type Tensor } from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Normal, type NormalOptions } from "./normal.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { ExpTransform } from "./transforms/elementwise.ts";

/**
 * Exponentials of normal numbers.
 *
 * @param loc the mean of the logarithm.
 * @param scale the standard deviation of the logarithm, positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.LogNormal(torch.tensor([0]), torch.tensor([1])).sample() // [1]
 */
export class LogNormal extends TransformedDistribution {
  static override readonly typeName: string = "LogNormal";
  static override readonly argConstraints = { loc: constraints.real, scale: constraints.positive };
  declare readonly baseDist: Normal;

  constructor(
    loc: Parameter | NormalOptions,
    scale?: Parameter | NormalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<NormalOptions>>(["loc", "scale", "validateArgs"], [loc, scale, validateArgs]);
    super(new Normal(given), new ExpTransform(), given.validateArgs);
  }

  get loc(): Tensor {
    return this.baseDist.loc;
  }

  get scale(): Tensor {
    return this.baseDist.scale;
  }

  override get support(): constraints.Constraint {
    return constraints.positive;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return exp(add(this.loc, div(pow(this.scale, 2), 2)));
  }

  override get mode(): Tensor {
    return exp(sub(this.loc, square(this.scale)));
  }

  override get variance(): Tensor {
    const square = pow(this.scale, 2);
    return mul(sub(exp(square), 1), exp(add(mul(2, this.loc), square)));
  }

  override entropy(): Tensor {
    return add(this.baseDist.entropy(), this.loc);
  }
}
