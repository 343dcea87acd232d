import { keywords } from "@cresset/core/extend";
import type { Tensor } from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Independent } from "./independent.ts";
import { Normal, type NormalOptions } from "./normal.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { StickBreakingTransform } from "./transforms/vectors.ts";

/**
 * Points of the simplex of n + 1: normal vectors of n through the stick-breaking transform.
 *
 * @param loc [..., n]
 * @param scale [..., n], positive. Shapes broadcast; two numbers are vectors of 1.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.LogisticNormal(torch.zeros(3), torch.ones(3)).sample() // [4]
 */
export class LogisticNormal extends TransformedDistribution {
  static override readonly typeName: string = "LogisticNormal";
  static override readonly argConstraints = { loc: constraints.real, scale: constraints.positive };

  constructor(
    loc: Parameter | NormalOptions,
    scale?: Parameter | NormalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<NormalOptions>>(["loc", "scale", "validateArgs"], [loc, scale, validateArgs]);
    const base = new Normal(given);
    super(base.batchShape.length === 0 ? base.expand([1]) : base, new StickBreakingTransform(), given.validateArgs);
  }

  private get normal(): Normal {
    const { baseDist } = this;
    return (baseDist instanceof Independent ? baseDist.baseDist : baseDist) as Normal;
  }

  get loc(): Tensor {
    return this.normal.loc;
  }

  get scale(): Tensor {
    return this.normal.scale;
  }

  override get support(): constraints.Constraint {
    return constraints.simplex;
  }

  override get hasRsample(): boolean {
    return true;
  }
}
