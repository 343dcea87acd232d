import type { Tensor } from "@cresset/core/functions";
import * as constraints from "../constraints/values.ts";
import type { Distribution } from "../distribution.ts";
import { type CacheOptions, Transform } from "./transform.ts";

/** By a distribution's cumulative function to [0, 1]: what has the distribution becomes uniform. */
export class CumulativeDistributionTransform extends Transform {
  static override readonly typeName: string = "CumulativeDistributionTransform";
  readonly distribution: Distribution;

  constructor(distribution: Distribution, options: CacheOptions = {}) {
    super(options);
    this.distribution = distribution;
  }

  override get domain(): constraints.Constraint {
    return this.distribution.support;
  }

  override get codomain(): constraints.Constraint {
    return constraints.unitInterval;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number {
    return 1;
  }

  protected override forward(x: Tensor): Tensor {
    return this.distribution.cdf(x);
  }

  protected override backward(y: Tensor): Tensor {
    return this.distribution.icdf(y);
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    return this.distribution.logProb(x);
  }
}
