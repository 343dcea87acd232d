import { keywords } from "@cresset/core/extend";
import {
  add,
  broadcastTo,
  div,
  exp,
  lgamma,
  log,
  mul,
  onesLike,
  pow,
  reciprocal,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Exponential } from "./exponential.ts";
import { eulerConstant } from "./numbers.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { PowerTransform } from "./transforms/elementwise.ts";

export interface WeibullOptions extends DistributionOptions {
  readonly scale?: Parameter;
  readonly concentration?: Parameter;
}

const transformsOf = (scale: Tensor, concentration: Tensor) => [
  new PowerTransform(reciprocal(concentration)),
  new AffineTransform(0, scale),
];

/**
 * The Weibull distribution, of times to failure.
 *
 * @param scale λ, positive.
 * @param concentration k, positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Weibull(torch.tensor([1]), torch.tensor([1])).sample() // [1]
 */
export class Weibull extends TransformedDistribution {
  static override readonly typeName: string = "Weibull";
  static override readonly argConstraints = { scale: constraints.positive, concentration: constraints.positive };

  constructor(
    scale: Parameter | WeibullOptions,
    concentration?: Parameter | WeibullOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<WeibullOptions>>(
      ["scale", "concentration", "validateArgs"],
      [scale, concentration, validateArgs],
    );
    const [width, shape] = broadcastAll(given.scale, given.concentration);
    const base = new Exponential(onesLike(width), { validateArgs: false });
    super(base, transformsOf(width, shape), given.validateArgs, {
      parameters: { scale: width, concentration: shape },
      given: tensorsAmong([given.scale, given.concentration]),
    });
  }

  override expand(batchShape: readonly number[]): this {
    const [scale, concentration] = [this.scale, this.concentration].map((each) => broadcastTo(each, [...batchShape]));
    return this.changed({
      batchShape: [...batchShape],
      parameters: { scale, concentration },
      baseDist: this.baseDist.expand(batchShape),
      transforms: transformsOf(scale, concentration),
    });
  }

  get scale(): Tensor {
    return this.parameters.scale;
  }

  get concentration(): Tensor {
    return this.parameters.concentration;
  }

  override get support(): constraints.Constraint {
    return constraints.positive;
  }

  override get mean(): Tensor {
    return mul(this.scale, exp(lgamma(add(1, reciprocal(this.concentration)))));
  }

  override get mode(): Tensor {
    const { concentration } = this;
    return mul(this.scale, pow(div(sub(concentration, 1), concentration), reciprocal(concentration)));
  }

  override get variance(): Tensor {
    const inverse = reciprocal(this.concentration);
    const second = exp(lgamma(add(1, mul(2, inverse))));
    return mul(pow(this.scale, 2), sub(second, exp(mul(2, lgamma(add(1, inverse))))));
  }

  override entropy(): Tensor {
    const inverse = reciprocal(this.concentration);
    return add(add(mul(eulerConstant, sub(1, inverse)), log(mul(this.scale, inverse))), 1);
  }
}
