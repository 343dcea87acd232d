import {
  add,
  div,
  erf,
  erfinv,
  log,
  mul,
  neg,
  pow,
  randn,
  reciprocal,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { type DistributionOptions, type LocationScaleOptions, locationScale, type Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { ExponentialFamily } from "./exp-family.ts";

export interface NormalOptions extends LocationScaleOptions {}

/**
 * The normal (Gaussian) distribution.
 *
 * @param loc the mean.
 * @param scale the standard deviation, above 0. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example
 * const m = new torch.distributions.Normal(0, 1);
 * m.sample([3]); // three numbers
 * m.logProb(torch.tensor(0)); // tensor(-0.9189)
 */
export class Normal extends ExponentialFamily {
  static override readonly typeName: string = "Normal";
  static override readonly argConstraints = { loc: constraints.real, scale: constraints.positive };

  constructor(
    loc: Parameter | NormalOptions,
    scale?: Parameter | NormalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    super(locationScale(loc, scale, validateArgs));
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
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    return pow(this.scale, 2);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { loc, scale } = this;
    const noise = randn(this.extendedShape(sampleShape), { dtype: loc.dtype, device: loc.device });
    return add(loc, mul(noise, scale));
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const square = pow(sub(x, this.loc), 2);
    const scaled = div(neg(square), mul(2, pow(this.scale, 2)));
    return sub(sub(scaled, log(this.scale)), Math.log(Math.sqrt(2 * Math.PI)));
  }

  override cdf(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const distance = div(mul(sub(x, this.loc), reciprocal(this.scale)), Math.sqrt(2));
    return mul(0.5, add(1, erf(distance)));
  }

  override icdf(value: Tensor): Tensor {
    return add(this.loc, mul(mul(this.scale, erfinv(sub(mul(2, value), 1))), Math.sqrt(2)));
  }

  override entropy(): Tensor {
    return add(0.5 + 0.5 * Math.log(2 * Math.PI), log(this.scale));
  }

  override naturalParams(): readonly Tensor[] {
    return [div(this.loc, pow(this.scale, 2)), mul(-0.5, reciprocal(pow(this.scale, 2)))];
  }

  override logNormalizer(x: Tensor, y: Tensor): Tensor {
    return add(div(mul(-0.25, pow(x, 2)), y), mul(0.5, log(div(-Math.PI, y))));
  }
}
