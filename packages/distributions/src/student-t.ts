import { keywords } from "@cresset/core/extend";
import {
  add,
  digamma,
  div,
  gt,
  le,
  lgamma,
  log,
  log1p,
  maskedFill,
  mul,
  pow,
  randn,
  rsqrt,
  sub,
  type Tensor,
  where,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import { Chi2 } from "./chi2.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution, type Sampling, stepsOf } from "./distribution.ts";

export interface StudentTOptions extends DistributionOptions {
  readonly df?: Parameter;
  readonly loc?: Parameter;
  readonly scale?: Parameter;
}

/**
 * Student's t distribution.
 *
 * @param df degrees of freedom, positive.
 * @param loc the mode; default 0.
 * @param scale positive; default 1. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.StudentT(torch.tensor([2])).sample() // [1]
 */
export class StudentT extends Distribution {
  static override readonly typeName: string = "StudentT";
  static override readonly argConstraints = {
    df: constraints.positive,
    loc: constraints.real,
    scale: constraints.positive,
  };
  private readonly chi2: Chi2;

  constructor(
    df: Parameter | StudentTOptions,
    loc?: Parameter | StudentTOptions,
    scale?: Parameter | StudentTOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<StudentTOptions & { df: Parameter }>(
      ["df", "loc", "scale", "validateArgs"],
      [df, loc, scale, validateArgs],
    );
    const [freedom, center, width] = broadcastAll(given.df, given.loc ?? 0, given.scale ?? 1);
    super({
      batchShape: freedom.shape,
      validateArgs: given.validateArgs,
      parameters: { df: freedom, loc: center, scale: width },
      given: tensorsAmong([given.df, given.loc, given.scale]),
    });
    this.chi2 = new Chi2(this.df, { validateArgs: false });
  }

  override expand(batchShape: readonly number[]): this {
    const { parameters } = super.expand(batchShape);
    return this.changed({ batchShape: [...batchShape], parameters, chi2: this.chi2.expand(batchShape) });
  }

  get df(): Tensor {
    return this.parameters.df;
  }

  get loc(): Tensor {
    return this.parameters.loc;
  }

  get scale(): Tensor {
    return this.parameters.scale;
  }

  override get support(): constraints.Constraint {
    return constraints.real;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return maskedFill(this.loc, le(this.df, 1), Number.NaN);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    const { df } = this;
    const finite = div(mul(pow(this.scale, 2), df), sub(df, 2));
    return maskedFill(where(gt(df, 2), finite, Number.POSITIVE_INFINITY), le(df, 1), Number.NaN);
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const { dtype, device } = this.df;
    const noise = randn(this.extendedShape(sampleShape), { dtype, device });
    const squares = yield* stepsOf(this.chi2.draw(sampleShape));
    return add(this.loc, mul(this.scale, mul(noise, rsqrt(div(squares, this.df)))));
  }

  override logProb(value: Tensor): Tensor {
    const { df, scale } = this;
    const y = div(sub(this.checkedValue(value), this.loc), scale);
    const widths = add(add(log(scale), mul(0.5, log(df))), 0.5 * Math.log(Math.PI));
    const normalizer = sub(add(widths, lgamma(mul(0.5, df))), lgamma(mul(0.5, add(df, 1))));
    return sub(mul(mul(-0.5, add(df, 1)), log1p(div(pow(y, 2), df))), normalizer);
  }

  override entropy(): Tensor {
    const { df } = this;
    const [half, more] = [mul(0.5, df), mul(0.5, add(df, 1))];
    const logBeta = sub(add(lgamma(half), 0.5 * Math.log(Math.PI)), lgamma(more));
    const slopes = mul(more, sub(digamma(more), digamma(half)));
    return add(add(add(log(this.scale), slopes), mul(0.5, log(df))), logBeta);
  }
}
