import { keywords, poissonOf } from "@cresset/core/extend";
import { add, broadcastTo, exp, floor, lgamma, log, sub, type Tensor, xlogy } from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import type { Sampling } from "./distribution.ts";
import { ExponentialFamily } from "./exp-family.ts";

export interface PoissonOptions extends DistributionOptions {
  readonly rate?: Parameter;
}

/**
 * Counts of events.
 *
 * @param rate how many to expect, not negative.
 * @throws ValueError for rates that are invalid, at once where they are known.
 * @example new torch.distributions.Poisson(torch.tensor([4])).sample() // [1]
 */
export class Poisson extends ExponentialFamily {
  static override readonly typeName: string = "Poisson";
  static override readonly argConstraints = { rate: constraints.nonnegative };

  constructor(rate: Parameter | PoissonOptions, validateArgs?: boolean | DistributionOptions) {
    const given = keywords<Required<PoissonOptions>>(["rate", "validateArgs"], [rate, validateArgs]);
    const [own] = broadcastAll(given.rate);
    super({
      batchShape: own.shape,
      validateArgs: given.validateArgs,
      parameters: { rate: own },
      given: tensorsAmong([given.rate]),
    });
  }

  get rate(): Tensor {
    return this.parameters.rate;
  }

  override get support(): constraints.Constraint {
    return constraints.nonnegativeInteger;
  }

  override get mean(): Tensor {
    return this.rate;
  }

  override get mode(): Tensor {
    return floor(this.rate);
  }

  override get variance(): Tensor {
    return this.rate;
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const rates = broadcastTo(this.rate.detach(), this.extendedShape(sampleShape));
    return poissonOf(rates, yield rates);
  }

  override logProb(value: Tensor): Tensor {
    const valid = this.checkedValue(value);
    const [rate, x] = broadcastAll(this.rate, valid);
    return sub(sub(xlogy(x, rate), rate), lgamma(add(x, 1)));
  }

  override naturalParams(): readonly Tensor[] {
    return [log(this.rate)];
  }

  override logNormalizer(x: Tensor): Tensor {
    return exp(x);
  }
}
