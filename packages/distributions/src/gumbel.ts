import { add, div, exp, fullLike, log, mul, neg, onesLike, pow, sub, type Tensor } from "@cresset/core/functions";
import { type DistributionOptions, type LocationScaleOptions, locationScale, type Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { epsilonOf, eulerConstant, tinyOf } from "./numbers.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { ExpTransform } from "./transforms/elementwise.ts";
import { Uniform } from "./uniform.ts";

export interface GumbelOptions extends LocationScaleOptions {}

/**
 * The Gumbel distribution, of maxima.
 *
 * @param loc the mode.
 * @param scale positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Gumbel(torch.tensor([1]), torch.tensor([2])).sample() // [1]
 */
export class Gumbel extends TransformedDistribution {
  static override readonly typeName: string = "Gumbel";
  static override readonly argConstraints = { loc: constraints.real, scale: constraints.positive };

  constructor(
    loc: Parameter | GumbelOptions,
    scale?: Parameter | GumbelOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const { validateArgs: checks, ...parts } = locationScale(loc, scale, validateArgs);
    const { loc: mode, scale: width } = parts.parameters;
    const { dtype } = mode;
    const base = new Uniform(fullLike(mode, tinyOf(dtype)), fullLike(mode, 1 - epsilonOf(dtype)), {
      validateArgs: false,
    });
    const transforms = [
      new ExpTransform().inv,
      new AffineTransform(0, neg(onesLike(width))),
      new ExpTransform().inv,
      new AffineTransform(mode, neg(width)),
    ];
    super(base, transforms, checks, parts);
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

  override logProb(value: Tensor): Tensor {
    const y = div(sub(this.loc, this.checkedValue(value)), this.scale);
    return sub(sub(y, exp(y)), log(this.scale));
  }

  override get mean(): Tensor {
    return add(this.loc, mul(this.scale, eulerConstant));
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return mul(Math.PI / Math.sqrt(6), this.scale);
  }

  override get variance(): Tensor {
    return pow(this.stddev, 2);
  }

  override entropy(): Tensor {
    return add(log(this.scale), 1 + eulerConstant);
  }
}
