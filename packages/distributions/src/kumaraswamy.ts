import { keywords } from "@cresset/core/extend";
import {
  add,
  digamma,
  div,
  exp,
  fullLike,
  lgamma,
  log,
  log1p,
  logicalOr,
  lt,
  maskedFill,
  mul,
  neg,
  pow,
  reciprocal,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import type { BetaOptions } from "./beta.ts";
import * as constraints from "./constraints/values.ts";
import { eulerConstant } from "./numbers.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { PowerTransform } from "./transforms/elementwise.ts";
import { Uniform } from "./uniform.ts";

/** The n-th moment. */
function moment(a: Tensor, b: Tensor, n: number): Tensor {
  const first = add(1, div(n, a));
  return mul(b, exp(sub(add(lgamma(first), lgamma(b)), lgamma(add(first, b)))));
}

/**
 * Numbers in [0, 1], much as the beta distribution's, with a cumulative function in closed form.
 *
 * @param concentration1 positive: the greater, the nearer to 1.
 * @param concentration0 positive: the greater, the nearer to 0. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Kumaraswamy(torch.tensor([1]), torch.tensor([1])).sample() // [1]
 */
export class Kumaraswamy extends TransformedDistribution {
  static override readonly typeName: string = "Kumaraswamy";
  static override readonly argConstraints = {
    concentration1: constraints.positive,
    concentration0: constraints.positive,
  };

  constructor(
    concentration1: Parameter | BetaOptions,
    concentration0?: Parameter | BetaOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<BetaOptions>>(
      ["concentration1", "concentration0", "validateArgs"],
      [concentration1, concentration0, validateArgs],
    );
    const [one, zero] = broadcastAll(given.concentration1, given.concentration0);
    const base = new Uniform(fullLike(zero, 0), fullLike(zero, 1), { validateArgs: given.validateArgs });
    const transforms = [
      new PowerTransform(reciprocal(zero)),
      new AffineTransform(1, -1),
      new PowerTransform(reciprocal(one)),
    ];
    super(base, transforms, given.validateArgs, {
      parameters: { concentration1: one, concentration0: zero },
      given: tensorsAmong([given.concentration1, given.concentration0]),
    });
  }

  get concentration1(): Tensor {
    return this.parameters.concentration1;
  }

  get concentration0(): Tensor {
    return this.parameters.concentration0;
  }

  override get support(): constraints.Constraint {
    return constraints.unitInterval;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return moment(this.concentration1, this.concentration0, 1);
  }

  override get mode(): Tensor {
    const [one, zero] = [this.concentration1, this.concentration0];
    const logMode = sub(mul(reciprocal(zero), log1p(neg(zero))), log1p(mul(neg(zero), one)));
    return exp(maskedFill(logMode, logicalOr(lt(zero, 1), lt(one, 1)), Number.NaN));
  }

  override get variance(): Tensor {
    return sub(moment(this.concentration1, this.concentration0, 2), pow(this.mean, 2));
  }

  override entropy(): Tensor {
    const [one, zero] = [this.concentration1, this.concentration0];
    const harmonic = add(digamma(add(zero, 1)), eulerConstant);
    const sum = add(sub(1, reciprocal(zero)), mul(sub(1, reciprocal(one)), harmonic));
    return sub(sub(sum, log(one)), log(zero));
  }
}
