import { keywords } from "@cresset/core/extend";
import {
  add,
  clamp,
  div,
  le,
  lgamma,
  log,
  log1p,
  maskedFill,
  mul,
  pow,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution, type Sampling, stepsOf } from "./distribution.ts";
import { Gamma } from "./gamma.ts";
import { tinyOf } from "./numbers.ts";

export interface FisherSnedecorOptions extends DistributionOptions {
  readonly df1?: Parameter;
  readonly df2?: Parameter;
}

/**
 * The F distribution: quotients of two chi-squared numbers, each divided by its degrees of freedom.
 *
 * @param df1 degrees of freedom above, positive.
 * @param df2 degrees of freedom below, positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.FisherSnedecor(torch.tensor([1]), torch.tensor([2])).sample() // [1]
 */
export class FisherSnedecor extends Distribution {
  static override readonly typeName: string = "FisherSnedecor";
  static override readonly argConstraints = { df1: constraints.positive, df2: constraints.positive };
  private readonly above: Gamma;
  private readonly below: Gamma;

  constructor(
    df1: Parameter | FisherSnedecorOptions,
    df2?: Parameter | FisherSnedecorOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<FisherSnedecorOptions>>(["df1", "df2", "validateArgs"], [df1, df2, validateArgs]);
    const [first, second] = broadcastAll(given.df1, given.df2);
    super({
      batchShape: first.shape,
      validateArgs: given.validateArgs,
      parameters: { df1: first, df2: second },
      given: tensorsAmong([given.df1, given.df2]),
    });
    this.above = new Gamma(mul(this.df1, 0.5), this.df1, { validateArgs: false });
    this.below = new Gamma(mul(this.df2, 0.5), this.df2, { validateArgs: false });
  }

  override expand(batchShape: readonly number[]): this {
    const { parameters } = super.expand(batchShape);
    const [above, below] = [this.above.expand(batchShape), this.below.expand(batchShape)];
    return this.changed({ batchShape: [...batchShape], parameters, above, below });
  }

  get df1(): Tensor {
    return this.parameters.df1;
  }

  get df2(): Tensor {
    return this.parameters.df2;
  }

  override get support(): constraints.Constraint {
    return constraints.positive;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    const df2 = maskedFill(this.df2, le(this.df2, 2), Number.NaN);
    return div(df2, sub(df2, 2));
  }

  override get mode(): Tensor {
    const mode = div(mul(div(sub(this.df1, 2), this.df1), this.df2), add(this.df2, 2));
    return maskedFill(mode, le(this.df1, 2), Number.NaN);
  }

  override get variance(): Tensor {
    const df2 = maskedFill(this.df2, le(this.df2, 4), Number.NaN);
    const numerator = mul(mul(2, pow(df2, 2)), sub(add(this.df1, df2), 2));
    return div(numerator, mul(mul(this.df1, pow(sub(df2, 2), 2)), sub(df2, 4)));
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const above = yield* stepsOf(this.above.draw(sampleShape));
    const below = yield* stepsOf(this.below.draw(sampleShape));
    const tiny = tinyOf(below.dtype);
    return clamp(div(above, clamp(below, tiny)), tiny);
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const [half1, half2] = [mul(this.df1, 0.5), mul(this.df2, 0.5)];
    const ratio = div(this.df1, this.df2);
    const normalizer = sub(sub(lgamma(add(half1, half2)), lgamma(half1)), lgamma(half2));
    const powers = add(mul(half1, log(ratio)), mul(sub(half1, 1), log(x)));
    return sub(add(normalizer, powers), mul(add(half1, half2), log1p(mul(ratio, x))));
  }
}
