import { keywords, toNumber } from "@cresset/core/extend";
import { float, mul, Tensor } from "@cresset/core/functions";
import { type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Gamma } from "./gamma.ts";

export interface Chi2Options extends DistributionOptions {
  readonly df?: Parameter;
}

/**
 * Sums of squares of `df` normal numbers.
 *
 * @param df degrees of freedom, positive.
 * @throws ValueError for numbers that are invalid, at once where they are known.
 * @example new torch.distributions.Chi2(torch.tensor([1])).sample() // [1]
 */
export class Chi2 extends Gamma {
  static override readonly typeName: string = "Chi2";
  static override readonly argConstraints = { df: constraints.positive };

  constructor(df: Parameter | Chi2Options, validateArgs?: boolean | DistributionOptions) {
    const given = keywords<Required<Chi2Options>>(["df", "validateArgs"], [df, validateArgs]);
    const half = given.df instanceof Tensor ? mul(0.5, given.df) : float(0.5 * toNumber(given.df));
    super(half, 0.5, { validateArgs: given.validateArgs });
    if (this.validateArgs) this.checkAlso("df", this.df, tensorsAmong([given.df]));
  }

  get df(): Tensor {
    return mul(this.concentration, 2);
  }
}
