import { keywords, standardGammaOf } from "@cresset/core/extend";
import {
  add,
  asTensor,
  broadcastTo,
  clamp,
  digamma,
  div,
  lgamma,
  log,
  mul,
  neg,
  pow,
  reciprocal,
  sub,
  type Tensor,
  xlogy,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import { atLeast } from "./at-least.ts";
import * as constraints from "./constraints/values.ts";
import type { ArgConstraints, Sampling } from "./distribution.ts";
import { ExponentialFamily } from "./exp-family.ts";
import { tinyOf } from "./numbers.ts";

export interface GammaOptions extends DistributionOptions {
  readonly concentration?: Parameter;
  readonly rate?: Parameter;
}

/**
 * The gamma distribution.
 *
 * @param concentration the shape α, positive.
 * @param rate the inverse scale β, positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Gamma(torch.tensor([1]), torch.tensor([1])).rsample() // [1]
 */
export class Gamma extends ExponentialFamily {
  static override readonly typeName: string = "Gamma";
  static override readonly argConstraints: ArgConstraints = {
    concentration: constraints.positive,
    rate: constraints.positive,
  };

  constructor(
    concentration: Parameter | GammaOptions,
    rate?: Parameter | GammaOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<GammaOptions>>(
      ["concentration", "rate", "validateArgs"],
      [concentration, rate, validateArgs],
    );
    const [shape, inverse] = broadcastAll(given.concentration, given.rate);
    super({
      batchShape: shape.shape,
      validateArgs: given.validateArgs,
      parameters: { concentration: shape, rate: inverse },
      given: tensorsAmong([given.concentration, given.rate]),
    });
  }

  get concentration(): Tensor {
    return this.parameters.concentration;
  }

  get rate(): Tensor {
    return this.parameters.rate;
  }

  override get support(): constraints.Constraint {
    return constraints.nonnegative;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return div(this.concentration, this.rate);
  }

  override get mode(): Tensor {
    return clamp(div(sub(this.concentration, 1), this.rate), 0);
  }

  override get variance(): Tensor {
    return div(this.concentration, pow(this.rate, 2));
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const shape = this.extendedShape(sampleShape);
    const concentration = broadcastTo(this.concentration, shape);
    const standard = standardGammaOf(concentration, yield concentration);
    return atLeast(div(standard, broadcastTo(this.rate, shape)), tinyOf(standard.dtype));
  }

  override logProb(value: Tensor): Tensor {
    const { concentration, rate } = this;
    const x = this.checkedValue(asTensor(value, { dtype: rate.dtype, device: rate.device }));
    const powers = add(xlogy(concentration, rate), xlogy(sub(concentration, 1), x));
    return sub(sub(powers, mul(rate, x)), lgamma(concentration));
  }

  override entropy(): Tensor {
    const { concentration, rate } = this;
    const normalizer = add(sub(concentration, log(rate)), lgamma(concentration));
    return add(normalizer, mul(sub(1, concentration), digamma(concentration)));
  }

  override naturalParams(): readonly Tensor[] {
    return [sub(this.concentration, 1), neg(this.rate)];
  }

  override logNormalizer(x: Tensor, y: Tensor): Tensor {
    return add(lgamma(add(x, 1)), mul(add(x, 1), log(neg(reciprocal(y)))));
  }
}
