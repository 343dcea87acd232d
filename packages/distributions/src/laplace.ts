import { uniform_ } from "@cresset/core/extend";
import {
  abs,
  add,
  div,
  empty,
  expm1,
  log,
  log1p,
  mul,
  neg,
  pow,
  sign,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { type DistributionOptions, type LocationScaleOptions, locationScale, type Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";
import { epsilonOf } from "./numbers.ts";

export interface LaplaceOptions extends LocationScaleOptions {}

/**
 * The Laplace distribution: exponential to both sides of `loc`.
 *
 * @param loc the mean.
 * @param scale the mean distance from it, positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Laplace(0, 1).sample([3])
 */
export class Laplace extends Distribution {
  static override readonly typeName: string = "Laplace";
  static override readonly argConstraints = { loc: constraints.real, scale: constraints.positive };

  constructor(
    loc: Parameter | LaplaceOptions,
    scale?: Parameter | LaplaceOptions,
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

  override get variance(): Tensor {
    return mul(2, pow(this.scale, 2));
  }

  override get stddev(): Tensor {
    return mul(2 ** 0.5, this.scale);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.loc;
    const u = uniform_(empty(this.extendedShape(sampleShape), { dtype, device }), epsilonOf(dtype) - 1, 1);
    return sub(this.loc, mul(mul(this.scale, sign(u)), log1p(neg(abs(u)))));
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    return sub(neg(log(mul(2, this.scale))), div(abs(sub(x, this.loc)), this.scale));
  }

  override cdf(value: Tensor): Tensor {
    const distance = sub(this.checkedValue(value), this.loc);
    return sub(0.5, mul(mul(0.5, sign(distance)), expm1(div(neg(abs(distance)), this.scale))));
  }

  override icdf(value: Tensor): Tensor {
    const term = sub(value, 0.5);
    return sub(this.loc, mul(mul(this.scale, sign(term)), log1p(mul(-2, abs(term)))));
  }

  override entropy(): Tensor {
    return add(1, log(mul(2, this.scale)));
  }
}
