import { dirichletOf, keywords } from "@cresset/core/extend";
import {
  add,
  all,
  argmax,
  broadcastTo,
  clamp,
  digamma,
  div,
  lgamma,
  log,
  lt,
  mul,
  pow,
  sub,
  sum,
  Tensor,
  unsqueeze,
  ValueError,
  where,
} from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import type { Sampling } from "./distribution.ts";
import { ExponentialFamily } from "./exp-family.ts";
import { oneHot } from "./one-hot.ts";

export interface DirichletOptions extends DistributionOptions {
  readonly concentration?: Tensor;
}

/**
 * Points of the simplex: vectors of numbers that are not negative and sum to 1.
 *
 * @param concentration [..., n], positive.
 * @throws ValueError for a number, a tensor of no dimension, or invalid ones, at once where they are known.
 * @example new torch.distributions.Dirichlet(torch.tensor([0.5, 0.5])).sample() // [2]
 */
export class Dirichlet extends ExponentialFamily {
  static override readonly typeName: string = "Dirichlet";
  static override readonly argConstraints: { readonly concentration: constraints.Constraint } = {
    concentration: /* @__PURE__ */ constraints.independent(constraints.positive, 1),
  };

  constructor(concentration: Tensor | DirichletOptions, validateArgs?: boolean | DistributionOptions) {
    const given = keywords<DirichletOptions>(["concentration", "validateArgs"], [concentration, validateArgs]);
    const own = given.concentration;
    if (!(own instanceof Tensor) || own.ndim < 1)
      throw new ValueError("`concentration` parameter must be at least one-dimensional.");
    super({
      batchShape: own.shape.slice(0, -1),
      eventShape: own.shape.slice(-1),
      validateArgs: given.validateArgs,
      parameters: { concentration: own },
    });
  }

  get concentration(): Tensor {
    return this.parameters.concentration;
  }

  override get support(): constraints.Constraint {
    return constraints.simplex;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const concentration = broadcastTo(this.concentration, this.extendedShape(sampleShape));
    return dirichletOf(concentration, yield concentration);
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const { concentration } = this;
    const powers = sum(mul(log(x), sub(concentration, 1)), -1);
    return sub(add(powers, lgamma(sum(concentration, -1))), sum(lgamma(concentration), -1));
  }

  override get mean(): Tensor {
    return div(this.concentration, sum(this.concentration, -1, true));
  }

  override get mode(): Tensor {
    const above = clamp(sub(this.concentration, 1), 0);
    const mode = div(above, sum(above, -1, true));
    const mask = all(lt(this.concentration, 1), -1);
    const corner = oneHot(argmax(mode, -1), this.eventShape[0], mode);
    return where(unsqueeze(mask, -1), corner, mode);
  }

  override get variance(): Tensor {
    const total = sum(this.concentration, -1, true);
    return div(mul(this.concentration, sub(total, this.concentration)), mul(pow(total, 2), add(total, 1)));
  }

  override entropy(): Tensor {
    const { concentration } = this;
    const total = sum(concentration, -1);
    const normalizer = sub(sum(lgamma(concentration), -1), lgamma(total));
    const ofTotal = mul(sub(this.eventShape[0], total), digamma(total));
    return sub(sub(normalizer, ofTotal), sum(mul(sub(concentration, 1), digamma(concentration)), -1));
  }

  override naturalParams(): readonly Tensor[] {
    return [this.concentration];
  }

  override logNormalizer(x: Tensor): Tensor {
    return sub(sum(lgamma(x), -1), lgamma(sum(x, -1)));
  }
}
