import { keywords } from "@cresset/core/extend";
import {
  add,
  div,
  fullLike,
  lgamma,
  log,
  logsumexp,
  mul,
  neg,
  rand,
  sub,
  sum,
  type Tensor,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions } from "./arguments.ts";
import { Categorical, type CategoricalOptions } from "./categorical.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";
import { clampProbs } from "./functions.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { ExpTransform } from "./transforms/elementwise.ts";

export interface RelaxedCategoricalOptions extends CategoricalOptions {
  readonly temperature?: Tensor;
}

type Given = Tensor | null | RelaxedCategoricalOptions;

const readOptions = (given: readonly unknown[]): RelaxedCategoricalOptions =>
  keywords<RelaxedCategoricalOptions>(["temperature", "probs", "logits", "validateArgs"], given);

/** The logarithms of `RelaxedOneHotCategorical`'s samples. */
export class ExpRelaxedCategorical extends Distribution {
  static override readonly typeName: string = "ExpRelaxedCategorical";
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  readonly temperature: Tensor;
  private readonly categorical: Categorical;

  constructor(
    temperature: Tensor | RelaxedCategoricalOptions,
    probs?: Given,
    logits?: Given,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const { temperature: own, ...rest } = readOptions([temperature, probs, logits, validateArgs]);
    const categorical = new Categorical(rest);
    super({
      batchShape: categorical.batchShape,
      eventShape: [categorical.numEvents],
      validateArgs: rest.validateArgs,
    });
    this.categorical = categorical;
    [this.temperature] = broadcastAll(own as Tensor);
  }

  override expand(batchShape: readonly number[]): this {
    return this.changed({ batchShape: [...batchShape], categorical: this.categorical.expand(batchShape) });
  }

  get probs(): Tensor {
    return this.categorical.probs;
  }

  get logits(): Tensor {
    return this.categorical.logits;
  }

  get paramShape(): readonly number[] {
    return this.categorical.paramShape;
  }

  override get support(): constraints.Constraint {
    return constraints.realVector;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.logits;
    const uniforms = clampProbs(rand(this.extendedShape(sampleShape), { dtype, device }));
    const gumbels = neg(log(neg(log(uniforms))));
    const scores = div(add(this.logits, gumbels), this.temperature);
    return sub(scores, logsumexp(scores, -1, true));
  }

  override logProb(value: Tensor): Tensor {
    const { temperature } = this;
    const valid = this.checkedValue(value);
    const [logits, x] = broadcastAll(this.logits, valid);
    const count = this.categorical.numEvents;
    const logScale = sub(lgamma(fullLike(temperature, count)), mul(log(temperature), -(count - 1)));
    const score = sub(logits, mul(x, temperature));
    return add(sum(sub(score, logsumexp(score, -1, true)), -1), logScale);
  }
}

/**
 * Points of the simplex near its corners, the nearer the lower the temperature: one-hot vectors whose samples have gradients
 * (Gumbel-softmax).
 *
 * @param temperature positive.
 * @param probs weights [..., n]; or give `logits`, as for `Categorical`.
 * @throws ValueError as `Categorical`.
 * @example new torch.distributions.RelaxedOneHotCategorical(torch.tensor([0.5]), { logits }).rsample() // as logits
 */
export class RelaxedOneHotCategorical extends TransformedDistribution {
  static override readonly typeName: string = "RelaxedOneHotCategorical";
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  declare readonly baseDist: ExpRelaxedCategorical;

  constructor(
    temperature: Tensor | RelaxedCategoricalOptions,
    probs?: Given,
    logits?: Given,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = readOptions([temperature, probs, logits, validateArgs]);
    super(new ExpRelaxedCategorical(given), new ExpTransform(), given.validateArgs);
  }

  override get support(): constraints.Constraint {
    return constraints.simplex;
  }

  override get hasRsample(): boolean {
    return true;
  }

  get temperature(): Tensor {
    return this.baseDist.temperature;
  }

  get probs(): Tensor {
    return this.baseDist.probs;
  }

  get logits(): Tensor {
    return this.baseDist.logits;
  }
}
