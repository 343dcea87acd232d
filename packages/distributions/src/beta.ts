import { keywords } from "@cresset/core/extend";
import { add, div, lgamma, mul, pow, select, stack, sub, Tensor, tensor } from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Dirichlet } from "./dirichlet.ts";
import { type Sampling, stepsOf } from "./distribution.ts";
import { ExponentialFamily } from "./exp-family.ts";

export interface BetaOptions extends DistributionOptions {
  readonly concentration1?: Parameter;
  readonly concentration0?: Parameter;
}

/**
 * Numbers in [0, 1].
 *
 * @param concentration1 α, positive: the greater, the nearer to 1.
 * @param concentration0 β, positive: the greater, the nearer to 0. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Beta(torch.tensor([0.5]), torch.tensor([0.5])).sample() // [1]
 */
export class Beta extends ExponentialFamily {
  static override readonly typeName: string = "Beta";
  static override readonly argConstraints = {
    concentration1: constraints.positive,
    concentration0: constraints.positive,
  };
  /** @internal */
  readonly dirichlet: Dirichlet;

  constructor(
    concentration1: Parameter | BetaOptions,
    concentration0?: Parameter | BetaOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<BetaOptions>>(
      ["concentration1", "concentration0", "validateArgs"],
      [concentration1, concentration0, validateArgs],
    );
    const [one, zero] = [given.concentration1, given.concentration0];
    const both =
      one instanceof Tensor || zero instanceof Tensor
        ? stack(broadcastAll(one, zero), -1)
        : tensor(broadcastAll(one, zero).map((each) => Number(each.value.slot?.host?.[0])));
    const dirichlet = new Dirichlet(both, { validateArgs: given.validateArgs });
    super({ batchShape: dirichlet.batchShape, validateArgs: given.validateArgs });
    this.dirichlet = dirichlet;
  }

  override expand(batchShape: readonly number[]): this {
    return this.changed({ batchShape: [...batchShape], dirichlet: this.dirichlet.expand(batchShape) });
  }

  get concentration1(): Tensor {
    return select(this.dirichlet.concentration, -1, 0);
  }

  get concentration0(): Tensor {
    return select(this.dirichlet.concentration, -1, 1);
  }

  override get support(): constraints.Interval {
    return constraints.unitInterval;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return div(this.concentration1, add(this.concentration1, this.concentration0));
  }

  override get mode(): Tensor {
    return select(this.dirichlet.mode, -1, 0);
  }

  override get variance(): Tensor {
    const total = add(this.concentration1, this.concentration0);
    return div(mul(this.concentration1, this.concentration0), mul(pow(total, 2), add(total, 1)));
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    return select(yield* stepsOf(this.dirichlet.draw(sampleShape)), -1, 0);
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    return this.dirichlet.logProb(stack([x, sub(1, x)], -1));
  }

  override entropy(): Tensor {
    return this.dirichlet.entropy();
  }

  override naturalParams(): readonly Tensor[] {
    return [this.concentration1, this.concentration0];
  }

  override logNormalizer(x: Tensor, y: Tensor): Tensor {
    return sub(add(lgamma(x), lgamma(y)), lgamma(add(x, y)));
  }
}
