import { binomialOf, keywords } from "@cresset/core/extend";
import {
  abs,
  add,
  arange,
  broadcastTo,
  clamp,
  div,
  exp,
  floor,
  lgamma,
  log1p,
  minimum,
  mul,
  NotImplementedError,
  neg,
  sub,
  sum,
  type Tensor,
} from "@cresset/core/functions";
import {
  broadcastAll,
  type DistributionOptions,
  type Parameter,
  requireOneOf,
  tensorsAmong,
  typeAs,
} from "./arguments.ts";
import { enumerated, type ProbsOptions } from "./bernoulli.ts";
import * as constraints from "./constraints/values.ts";
import { type ArgConstraints, Distribution, type DistributionParts, type Sampling } from "./distribution.ts";
import { logitsToProbs, probsToLogits } from "./functions.ts";

export interface CountOptions extends ProbsOptions {
  readonly totalCount?: Parameter;
}

/** What a distribution of counts is made of. */
export function countParts(
  totalCount: Parameter | CountOptions | undefined,
  probs: Parameter | null | CountOptions | undefined,
  logits: Parameter | null | CountOptions | undefined,
  validateArgs: boolean | DistributionOptions | undefined,
): DistributionParts {
  const given = keywords<CountOptions>(
    ["totalCount", "probs", "logits", "validateArgs"],
    [totalCount, probs, logits, validateArgs],
  );
  requireOneOf(given.probs, given.logits);
  const name = given.probs === undefined || given.probs === null ? "logits" : "probs";
  const [count, parameter] = broadcastAll(given.totalCount ?? 1, given[name] as Parameter);
  return {
    batchShape: parameter.shape,
    validateArgs: given.validateArgs,
    parameters: { totalCount: typeAs(count, parameter), [name]: parameter },
    given: tensorsAmong([given.totalCount, given[name]]),
  };
}

/** max(x, 0), with a gradient of 1/2 at 0. */
const positivePart = (x: Tensor): Tensor => div(sub(add(clamp(x, 0), x), clamp(x, null, 0)), 2);

/**
 * How many of `totalCount` trials succeed, each with probability `probs`.
 *
 * @param totalCount whole numbers, not negative; default 1.
 * @param probs in [0, 1]; or give `logits`, log odds.
 * @throws ValueError unless exactly one of both is given; for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Binomial(100, torch.tensor([0, 0.2, 0.8, 1])).sample() // [4]
 */
export class Binomial extends Distribution {
  static override readonly typeName: string = "Binomial";
  static override readonly argConstraints: ArgConstraints = {
    totalCount: constraints.nonnegativeInteger,
    probs: constraints.unitInterval,
    logits: constraints.real,
  };

  constructor(
    totalCount?: Parameter | CountOptions,
    probs?: Parameter | null | CountOptions,
    logits?: Parameter | null | CountOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    super(countParts(totalCount, probs, logits, validateArgs));
  }

  get totalCount(): Tensor {
    return this.parameters.totalCount;
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
    return constraints.integerInterval(0, this.totalCount);
  }

  override get hasEnumerateSupport(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return mul(this.totalCount, this.probs);
  }

  override get mode(): Tensor {
    return minimum(floor(mul(add(this.totalCount, 1), this.probs)), this.totalCount);
  }

  override get variance(): Tensor {
    return mul(mul(this.totalCount, this.probs), sub(1, this.probs));
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const shape = this.extendedShape(sampleShape);
    const counts = broadcastTo(this.totalCount.detach(), shape);
    const probs = broadcastTo(this.probs.detach(), shape);
    return binomialOf(counts, yield counts, yield probs);
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const { totalCount, logits } = this;
    const choices = lgamma(add(totalCount, 1));
    const ofSuccesses = lgamma(add(x, 1));
    const ofFailures = lgamma(add(sub(totalCount, x), 1));
    const softplus = add(mul(totalCount, positivePart(logits)), mul(totalCount, log1p(exp(neg(abs(logits))))));
    return sub(sub(sub(mul(x, logits), ofSuccesses), ofFailures), sub(softplus, choices));
  }

  /** @throws NotImplementedError unless all counts are equal; they are read. */
  override entropy(): Tensor {
    const logProb = this.logProb(this.support0("entropy"));
    return neg(sum(mul(exp(logProb), logProb), 0));
  }

  /** @throws NotImplementedError unless all counts are equal; they are read. */
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return this.support0("enumerate_support", expand);
  }

  private support0(what: string, expand: boolean | { expand?: boolean } = false): Tensor {
    const counts = Array.from(this.totalCount.detach().dataSync(), Number);
    const [first = 0] = counts;
    if (counts.some((count) => count !== first))
      throw new NotImplementedError(`Inhomogeneous total count not supported by \`${what}\`.`);
    const { dtype, device } = this.totalCount;
    return enumerated(arange(1 + Math.trunc(first), { dtype, device }), this.batchShape, expand);
  }
}
