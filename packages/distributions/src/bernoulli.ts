import { keywords } from "@cresset/core/extend";
import {
  add,
  arange,
  bernoulli,
  broadcastTo,
  div,
  eq,
  exp,
  ge,
  log,
  maskedFill,
  mul,
  neg,
  reshape,
  sub,
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
import * as constraints from "./constraints/values.ts";
import { ExponentialFamily } from "./exp-family.ts";
import { crossEntropyOfLogits, logitsToProbs, probsToLogits } from "./functions.ts";

/** A probability, or its logit. */
export interface ProbsOptions extends DistributionOptions {
  readonly probs?: Parameter | null;
  readonly logits?: Parameter | null;
}

/**
 * 1 with probability `probs`, else 0.
 *
 * @param probs in [0, 1]; or give `logits`, log odds: `new Bernoulli({ logits })`.
 * @throws ValueError unless exactly one of both is given; for parameters that are invalid, at once where they are known.
 * @example
 * new torch.distributions.Bernoulli(torch.tensor([0.3])).sample(); // 0, or with 30 % chance 1
 */
export class Bernoulli extends ExponentialFamily {
  static override readonly typeName: string = "Bernoulli";
  static override readonly argConstraints = { probs: constraints.unitInterval, logits: constraints.real };

  constructor(
    probs?: Parameter | null | ProbsOptions,
    logits?: Parameter | null | ProbsOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    super(binaryParts(probs, logits, validateArgs));
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
    return constraints.boolean;
  }

  override get hasEnumerateSupport(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    return maskedFill(typeAs(ge(this.probs, 0.5), this.probs), eq(this.probs, 0.5), Number.NaN);
  }

  override get variance(): Tensor {
    return mul(this.probs, sub(1, this.probs));
  }

  override draw(sampleShape: readonly number[]): Tensor {
    return bernoulli(broadcastTo(this.probs.detach(), this.extendedShape(sampleShape)));
  }

  override logProb(value: Tensor): Tensor {
    const valid = this.checkedValue(value);
    const [logits, x] = broadcastAll(this.logits, valid);
    return neg(crossEntropyOfLogits(logits, x));
  }

  override entropy(): Tensor {
    return crossEntropyOfLogits(this.logits, this.probs);
  }

  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    const { dtype, device } = Object.values(this.parameters)[0];
    return enumerated(arange(2, { dtype, device }), this.batchShape, expand);
  }

  override get meanCarrierMeasure(): number {
    return 0;
  }

  override naturalParams(): readonly Tensor[] {
    return [log(div(this.probs, sub(1, this.probs)))];
  }

  override logNormalizer(x: Tensor): Tensor {
    return log(add(1, exp(x)));
  }
}

/** What a distribution of one probability, or its logit, is made of. */
export function binaryParts(
  probs?: Parameter | null | ProbsOptions,
  logits?: Parameter | null | ProbsOptions,
  validateArgs?: boolean | DistributionOptions,
) {
  const given = keywords<ProbsOptions>(["probs", "logits", "validateArgs"], [probs, logits, validateArgs]);
  requireOneOf(given.probs, given.logits);
  const name = given.probs === undefined || given.probs === null ? "logits" : "probs";
  const own = given[name];
  const [parameter] = broadcastAll(own as Parameter);
  return {
    batchShape: parameter.shape,
    validateArgs: given.validateArgs,
    parameters: { [name]: parameter },
    given: tensorsAmong([own]),
  };
}

/** Values along a first dimension, of size 1 along the batch or repeated over it. */
export function enumerated(
  values: Tensor,
  batchShape: readonly number[],
  expand: boolean | { expand?: boolean },
  eventShape: readonly number[] = [],
): Tensor {
  const [count] = values.shape;
  const narrow = reshape(values, [count, ...batchShape.map(() => 1), ...eventShape]);
  const repeat = typeof expand === "object" ? (expand.expand ?? true) : expand;
  return repeat ? broadcastTo(narrow, [count, ...batchShape, ...eventShape]) : narrow;
}
