import { cauchy_ } from "@cresset/core/extend";
import { add, atan, div, empty, full, log, mul, pow, sub, type Tensor, tan } from "@cresset/core/functions";
import { type DistributionOptions, type LocationScaleOptions, locationScale, type Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";

export interface CauchyOptions extends LocationScaleOptions {}

/**
 * The Cauchy distribution, which has neither mean nor variance.
 *
 * @param loc the median.
 * @param scale half the width at half the greatest density, positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Cauchy(torch.tensor([0]), torch.tensor([1])).sample() // [1]
 */
export class Cauchy extends Distribution {
  static override readonly typeName: string = "Cauchy";
  static override readonly argConstraints = { loc: constraints.real, scale: constraints.positive };

  constructor(
    loc: Parameter | CauchyOptions,
    scale?: Parameter | CauchyOptions,
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

  /** NaN: there is none. */
  override get mean(): Tensor {
    return full(this.extendedShape(), Number.NaN, { dtype: this.loc.dtype, device: this.loc.device });
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** Infinite. */
  override get variance(): Tensor {
    return full(this.extendedShape(), Number.POSITIVE_INFINITY, { dtype: this.loc.dtype, device: this.loc.device });
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.loc;
    const noise = cauchy_(empty(this.extendedShape(sampleShape), { dtype, device }));
    return add(this.loc, mul(noise, this.scale));
  }

  override logProb(value: Tensor): Tensor {
    const distance = div(sub(this.checkedValue(value), this.loc), this.scale);
    return sub(sub(-Math.log(Math.PI), log(this.scale)), log(add(1, pow(distance, 2))));
  }

  override cdf(value: Tensor): Tensor {
    return add(div(atan(div(sub(this.checkedValue(value), this.loc), this.scale)), Math.PI), 0.5);
  }

  override icdf(value: Tensor): Tensor {
    return add(mul(tan(mul(Math.PI, sub(value, 0.5))), this.scale), this.loc);
  }

  override entropy(): Tensor {
    return add(Math.log(4 * Math.PI), log(this.scale));
  }
}
