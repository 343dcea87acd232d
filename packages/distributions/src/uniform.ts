import { keywords } from "@cresset/core/extend";
import { add, clamp, div, gt, le, log, lt, mul, noGrad, pow, rand, sub, type Tensor } from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong, typeAs } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { type ArgConstraints, Distribution } from "./distribution.ts";
import { guardedParameter, isKnown } from "./validation.ts";

export interface UniformOptions extends DistributionOptions {
  readonly low?: Parameter;
  readonly high?: Parameter;
}

/**
 * Numbers of equal density from `low` to `high`, of which `high` itself is none.
 *
 * @throws ValueError unless low < high, at once where both are known. Shapes broadcast.
 * @example new torch.distributions.Uniform(0, 5).sample([3])
 */
export class Uniform extends Distribution {
  static override readonly typeName: string = "Uniform";
  static override readonly argConstraints: ArgConstraints = {
    low: /* @__PURE__ */ constraints.dependent({ isDiscrete: false, eventDim: 0 }),
    high: /* @__PURE__ */ constraints.dependent({ isDiscrete: false, eventDim: 0 }),
  };

  constructor(
    low: Parameter | UniformOptions,
    high?: Parameter | UniformOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<UniformOptions>>(["low", "high", "validateArgs"], [low, high, validateArgs]);
    const [first, last] = broadcastAll(given.low, given.high);
    super({ batchShape: first.shape, validateArgs: given.validateArgs, parameters: { low: first, high: last } });
    if (!this.validateArgs) return;
    const known = tensorsAmong([given.low, given.high]).every(isKnown);
    const ordered = noGrad(() => lt(first, last));
    this.parameters.low = guardedParameter(first, ordered, known, () => "Uniform is not defined when low>= high");
  }

  get low(): Tensor {
    return this.parameters.low;
  }

  get high(): Tensor {
    return this.parameters.high;
  }

  override get support(): constraints.Interval {
    return constraints.interval(this.low, this.high);
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return div(add(this.high, this.low), 2);
  }

  /** NaN: all values are equally likely. */
  override get mode(): Tensor {
    return mul(Number.NaN, this.high);
  }

  override get stddev(): Tensor {
    return div(sub(this.high, this.low), 12 ** 0.5);
  }

  override get variance(): Tensor {
    return div(pow(sub(this.high, this.low), 2), 12);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { low, high } = this;
    const share = rand(this.extendedShape(sampleShape), { dtype: low.dtype, device: low.device });
    return add(low, mul(share, sub(high, low)));
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const { low, high } = this;
    const inside = mul(typeAs(le(low, x), low), typeAs(gt(high, x), low));
    return sub(log(inside), log(sub(high, low)));
  }

  override cdf(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    return clamp(div(sub(x, this.low), sub(this.high, this.low)), 0, 1);
  }

  override icdf(value: Tensor): Tensor {
    return add(mul(value, sub(this.high, this.low)), this.low);
  }

  override entropy(): Tensor {
    return log(sub(this.high, this.low));
  }
}
