import { keywords } from "@cresset/core/extend";
import {
  add,
  broadcastTo,
  gather,
  logSoftmax,
  logsumexp,
  mul,
  pow,
  reshape,
  squeeze,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import { Categorical } from "./categorical.ts";
import type * as constraints from "./constraints/values.ts";
import { Distribution, type Sampling, stepsOf } from "./distribution.ts";
import { sizeText } from "./printing.ts";

/**
 * A mixture of distributions of one class, which are the last dimension of the component's batch.
 *
 * @param mixtureDistribution which component, a `Categorical`.
 * @param componentDistribution of batch [..., components].
 * @throws ValueError where these do not fit.
 * @example
 * const { Categorical, MixtureSameFamily, Normal } = torch.distributions;
 * new MixtureSameFamily(new Categorical(torch.ones(5)), new Normal(torch.randn(5), 1)).sample();
 */
export class MixtureSameFamily extends Distribution {
  static override readonly typeName: string = "MixtureSameFamily";
  readonly mixtureDistribution: Categorical;
  readonly componentDistribution: Distribution;

  constructor(
    mixtureDistribution: Categorical,
    componentDistribution: Distribution,
    options?: boolean | DistributionOptions,
  ) {
    if (!(mixtureDistribution instanceof Categorical))
      throw new ValueError(" The Mixture distribution needs to be an  instance of torch.distribtutions.Categorical");
    if (!(componentDistribution instanceof Distribution))
      throw new ValueError("The Component distribution need to be an instance of torch.distributions.Distribution");
    const mixed = mixtureDistribution.batchShape;
    const batchShape = componentDistribution.batchShape.slice(0, -1);
    for (let d = 1; d <= Math.min(mixed.length, batchShape.length); d++) {
      const [a, b] = [mixed[mixed.length - d], batchShape[batchShape.length - d]];
      if (a !== 1 && b !== 1 && a !== b)
        throw new ValueError(
          `\`mixture_distribution.batch_shape\` (${sizeText(mixed)}) is not compatible with \`component_distribution.batch_shape\`(${sizeText(batchShape)})`,
        );
    }
    const count = componentDistribution.batchShape.at(-1);
    if (count !== mixtureDistribution.numEvents)
      throw new ValueError(
        `\`mixture_distribution component\` (${mixtureDistribution.numEvents}) does not equal \`component_distribution.batch_shape[-1]\` (${count})`,
      );
    // As in PyTorch, which prints them from then on.
    void mixtureDistribution.logits;
    const { validateArgs } = keywords<DistributionOptions>(["validateArgs"], [options]);
    super({
      batchShape,
      eventShape: componentDistribution.eventShape,
      validateArgs,
      given: Object.values(componentDistribution.parameters),
    });
    this.mixtureDistribution = mixtureDistribution;
    this.componentDistribution = componentDistribution;
  }

  override expand(batchShape: readonly number[]): this {
    return this.changed({
      batchShape: [...batchShape],
      componentDistribution: this.componentDistribution.expand([...batchShape, this.mixtureDistribution.numEvents]),
      mixtureDistribution: this.mixtureDistribution.expand(batchShape),
    });
  }

  override get support(): constraints.Constraint {
    return this.componentDistribution.support;
  }

  override get mean(): Tensor {
    return sum(mul(this.weights(), this.componentDistribution.mean), this.componentDim);
  }

  override get variance(): Tensor {
    const { componentDistribution, componentDim } = this;
    const weights = this.weights();
    const distances = pow(sub(componentDistribution.mean, this.padded(this.mean)), 2);
    const within = sum(mul(weights, componentDistribution.variance), componentDim);
    return add(within, sum(mul(weights, distances), componentDim));
  }

  override cdf(value: Tensor): Tensor {
    const ofComponents = this.componentDistribution.cdf(this.padded(value));
    return sum(mul(ofComponents, this.mixtureDistribution.probs), -1);
  }

  override logProb(value: Tensor): Tensor {
    const ofComponents = this.componentDistribution.logProb(this.padded(this.checkedValue(value)));
    const ofMixture = logSoftmax(this.mixtureDistribution.logits, -1);
    return logsumexp(add(ofComponents, ofMixture), -1);
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const { eventShape } = this;
    const dim = sampleShape.length + this.batchShape.length;
    const which = yield* stepsOf(this.mixtureDistribution.draw(sampleShape));
    const all = yield* stepsOf(this.componentDistribution.draw(sampleShape));
    const index = reshape(which, [...which.shape, 1, ...eventShape.map(() => 1)]);
    const chosen = gather(all.detach(), dim, broadcastTo(index, [...which.shape, 1, ...eventShape]));
    return squeeze(chosen, dim);
  }

  /** The components, counted from the end. */
  private get componentDim(): number {
    return -1 - this.eventShape.length;
  }

  private padded(value: Tensor): Tensor {
    return unsqueeze(value, this.componentDim);
  }

  /** Probabilities of the components, with the dimensions of an event. */
  private weights(): Tensor {
    const { probs } = this.mixtureDistribution;
    return reshape(probs, [...probs.shape, ...this.eventShape.map(() => 1)]);
  }

  override toString(): string {
    return `${this.typeName}(\n  ${this.mixtureDistribution},\n  ${this.componentDistribution})`;
  }
}
