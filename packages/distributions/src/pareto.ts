import { keywords } from "@cresset/core/extend";
import { add, clamp, div, log, mul, pow, reciprocal, sub, type Tensor } from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Exponential } from "./exponential.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { ExpTransform } from "./transforms/elementwise.ts";

export interface ParetoOptions extends DistributionOptions {
  readonly scale?: Parameter;
  readonly alpha?: Parameter;
}

/**
 * Numbers from `scale` on, of density proportional to x^(-alpha - 1).
 *
 * @param scale the least, positive.
 * @param alpha positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Pareto(torch.tensor([1]), torch.tensor([1])).sample() // [1]
 */
export class Pareto extends TransformedDistribution {
  static override readonly typeName: string = "Pareto";
  static override readonly argConstraints = { alpha: constraints.positive, scale: constraints.positive };

  constructor(
    scale: Parameter | ParetoOptions,
    alpha?: Parameter | ParetoOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<ParetoOptions>>(["scale", "alpha", "validateArgs"], [scale, alpha, validateArgs]);
    const [least, power] = broadcastAll(given.scale, given.alpha);
    const base = new Exponential(power, { validateArgs: given.validateArgs });
    super(base, [new ExpTransform(), new AffineTransform(0, least)], given.validateArgs, {
      parameters: { alpha: power, scale: least },
      given: tensorsAmong([given.scale, given.alpha]),
    });
  }

  get scale(): Tensor {
    return this.parameters.scale;
  }

  get alpha(): Tensor {
    return this.parameters.alpha;
  }

  override get support(): constraints.GreaterThanEq {
    return constraints.greaterThanEq(this.scale);
  }

  override get mean(): Tensor {
    const a = clamp(this.alpha, 1);
    return div(mul(a, this.scale), sub(a, 1));
  }

  override get mode(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    const a = clamp(this.alpha, 2);
    return div(mul(pow(this.scale, 2), a), mul(pow(sub(a, 1), 2), sub(a, 2)));
  }

  override entropy(): Tensor {
    return add(log(div(this.scale, this.alpha)), add(1, reciprocal(this.alpha)));
  }
}
