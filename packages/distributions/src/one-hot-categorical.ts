import { keywords } from "@cresset/core/extend";
import { add, argmax, eye, max, mul, sub, type Tensor } from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import { enumerated } from "./bernoulli.ts";
import { Categorical, type CategoricalOptions } from "./categorical.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";
import { oneHot } from "./one-hot.ts";

/**
 * Vectors of n with a 1 at the place of the category that was drawn.
 *
 * @param probs weights [..., n]; or give `logits`, as for `Categorical`.
 * @throws ValueError as `Categorical`.
 * @example new torch.distributions.OneHotCategorical(torch.tensor([0.25, 0.75])).sample() // [2]
 */
export class OneHotCategorical extends Distribution {
  static override readonly typeName: string = "OneHotCategorical";
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  /** @internal */
  readonly categorical: Categorical;

  constructor(
    probs?: Tensor | null | CategoricalOptions,
    logits?: Tensor | null | CategoricalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<CategoricalOptions>(["probs", "logits", "validateArgs"], [probs, logits, validateArgs]);
    const categorical = new Categorical(given);
    super({
      batchShape: categorical.batchShape,
      eventShape: [categorical.numEvents],
      validateArgs: given.validateArgs,
    });
    this.categorical = categorical;
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
    return constraints.oneHot;
  }

  override get hasEnumerateSupport(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    return oneHot(argmax(this.probs, -1), this.eventShape[0], this.probs);
  }

  override get variance(): Tensor {
    return mul(this.probs, sub(1, this.probs));
  }

  override draw(sampleShape: readonly number[]): Tensor {
    return oneHot(this.categorical.draw(sampleShape), this.eventShape[0], this.probs);
  }

  override logProb(value: Tensor): Tensor {
    return this.categorical.logProb(max(this.checkedValue(value), -1).indices);
  }

  override entropy(): Tensor {
    return this.categorical.entropy();
  }

  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    const { dtype, device } = this.probs;
    return enumerated(eye(this.eventShape[0], { dtype, device }), this.batchShape, expand, this.eventShape);
  }
}

/** `OneHotCategorical` whose samples have the gradient of the probabilities: Bengio and others (2013). */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  static override readonly typeName: string = "OneHotCategoricalStraightThrough";

  override get hasRsample(): boolean {
    return true;
  }

  override draw(sampleShape: readonly number[]): Tensor {
    return add(super.draw(sampleShape), sub(this.probs, this.probs.detach()));
  }
}
