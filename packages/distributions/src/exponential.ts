import { exponential_, keywords } from "@cresset/core/extend";
import { div, empty, exp, log, mul, neg, pow, reciprocal, sub, type Tensor, zerosLike } from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { ExponentialFamily } from "./exp-family.ts";

export interface ExponentialOptions extends DistributionOptions {
  readonly rate?: Parameter;
}

/**
 * Times between events.
 *
 * @param rate events per time, positive.
 * @throws ValueError for rates that are invalid, at once where they are known.
 * @example new torch.distributions.Exponential(torch.tensor([1])).sample() // [1]
 */
export class Exponential extends ExponentialFamily {
  static override readonly typeName: string = "Exponential";
  static override readonly argConstraints = { rate: constraints.positive };

  constructor(rate: Parameter | ExponentialOptions, validateArgs?: boolean | DistributionOptions) {
    const given = keywords<Required<ExponentialOptions>>(["rate", "validateArgs"], [rate, validateArgs]);
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
    return constraints.nonnegative;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return reciprocal(this.rate);
  }

  override get mode(): Tensor {
    return zerosLike(this.rate);
  }

  override get stddev(): Tensor {
    return reciprocal(this.rate);
  }

  override get variance(): Tensor {
    return pow(this.rate, -2);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.rate;
    return div(exponential_(empty(this.extendedShape(sampleShape), { dtype, device })), this.rate);
  }

  override logProb(value: Tensor): Tensor {
    return sub(log(this.rate), mul(this.rate, this.checkedValue(value)));
  }

  override cdf(value: Tensor): Tensor {
    return sub(1, exp(mul(neg(this.rate), this.checkedValue(value))));
  }

  override icdf(value: Tensor): Tensor {
    return div(neg(log(sub(1, value))), this.rate);
  }

  override entropy(): Tensor {
    return sub(1, log(this.rate));
  }

  override naturalParams(): readonly Tensor[] {
    return [neg(this.rate)];
  }

  override logNormalizer(x: Tensor): Tensor {
    return neg(log(neg(x)));
  }
}
