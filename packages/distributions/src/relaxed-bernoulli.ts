import { keywords } from "@cresset/core/extend";
import { add, broadcastTo, div, exp, log, log1p, mul, neg, rand, sub, type Tensor } from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter } from "./arguments.ts";
import { binaryParts, type ProbsOptions } from "./bernoulli.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";
import { clampProbs, logitsToProbs, probsToLogits } from "./functions.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";
import { SigmoidTransform } from "./transforms/elementwise.ts";

export interface RelaxedOptions extends ProbsOptions {
  readonly temperature?: Tensor;
}

type Given = Parameter | null | RelaxedOptions;

const readOptions = (given: readonly unknown[]): RelaxedOptions =>
  keywords<RelaxedOptions>(["temperature", "probs", "logits", "validateArgs"], given);

/** The logits of `RelaxedBernoulli`'s samples. */
export class LogitRelaxedBernoulli extends Distribution {
  static override readonly typeName: string = "LogitRelaxedBernoulli";
  static override readonly argConstraints = { probs: constraints.unitInterval, logits: constraints.real };
  readonly temperature: Tensor;

  constructor(
    temperature: Tensor | RelaxedOptions,
    probs?: Given,
    logits?: Given,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const { temperature: own, ...rest } = readOptions([temperature, probs, logits, validateArgs]);
    super(binaryParts(rest));
    [this.temperature] = broadcastAll(own as Tensor);
  }

  get probs(): Tensor {
    return this.lazily("probs", () => logitsToProbs(this.logits, true));
  }

  get logits(): Tensor {
    return this.lazily("logits", () => probsToLogits(this.probs, true));
  }

  get paramShape(): readonly number[] {
    return this.batchShape;
  }

  override get support(): constraints.Constraint {
    return constraints.real;
  }

  /** There though `hasRsample` is false, as in PyTorch. */
  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.draw(sampleShape);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const shape = this.extendedShape(sampleShape);
    const probs = clampProbs(broadcastTo(this.probs, shape));
    const uniforms = clampProbs(rand(shape, { dtype: probs.dtype, device: probs.device }));
    const noise = sub(log(uniforms), log1p(neg(uniforms)));
    return div(sub(add(noise, log(probs)), log1p(neg(probs))), this.temperature);
  }

  override logProb(value: Tensor): Tensor {
    const valid = this.checkedValue(value);
    const [logits, x] = broadcastAll(this.logits, valid);
    const difference = sub(logits, mul(x, this.temperature));
    return sub(add(log(this.temperature), difference), mul(2, log1p(exp(difference))));
  }
}

/**
 * Numbers in (0, 1) near 0 and 1, the nearer the lower the temperature: a Bernoulli distribution whose samples have gradients.
 *
 * @param temperature positive.
 * @param probs the probability of 1; or give `logits`, log odds.
 * @throws ValueError as `Bernoulli`.
 * @example new torch.distributions.RelaxedBernoulli(torch.tensor([2.2]), torch.tensor([0.1, 0.2])).rsample() // [2]
 */
export class RelaxedBernoulli extends TransformedDistribution {
  static override readonly typeName: string = "RelaxedBernoulli";
  static override readonly argConstraints = { probs: constraints.unitInterval, logits: constraints.real };
  declare readonly baseDist: LogitRelaxedBernoulli;

  constructor(
    temperature: Tensor | RelaxedOptions,
    probs?: Given,
    logits?: Given,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = readOptions([temperature, probs, logits, validateArgs]);
    super(new LogitRelaxedBernoulli(given), new SigmoidTransform(), given.validateArgs);
  }

  override get support(): constraints.Constraint {
    return constraints.unitInterval;
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
