import { uniform_ } from "@cresset/core/extend";
import {
  add,
  div,
  empty,
  eq,
  floor,
  gt,
  log,
  log1p,
  logicalAnd,
  maskedFill,
  mul,
  neg,
  noGrad,
  sub,
  type Tensor,
  zerosLike,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter } from "./arguments.ts";
import { binaryParts, type ProbsOptions } from "./bernoulli.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";
import { crossEntropyOfLogits, logitsToProbs, probsToLogits } from "./functions.ts";
import { tinyOf } from "./numbers.ts";
import { tupleText } from "./printing.ts";
import { guardedParameter, isKnown } from "./validation.ts";

/**
 * How many trials fail before the first success: 0, 1, ….
 *
 * @param probs the probability of success, in (0, 1]; or give `logits`, log odds.
 * @throws ValueError unless exactly one of both is given; for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.Geometric(torch.tensor([0.3])).sample() // [1]
 */
export class Geometric extends Distribution {
  static override readonly typeName: string = "Geometric";
  static override readonly argConstraints = { probs: constraints.unitInterval, logits: constraints.real };

  constructor(
    probs?: Parameter | null | ProbsOptions,
    logits?: Parameter | null | ProbsOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const parts = binaryParts(probs, logits, validateArgs);
    super(parts);
    const own = this.parameters.probs;
    if (!this.validateArgs || own === undefined) return;
    const positive = noGrad(() => gt(own, 0));
    this.parameters.probs = guardedParameter(
      own,
      positive,
      parts.given.every(isKnown),
      (values) =>
        `Expected parameter probs (Tensor of shape ${tupleText(own.shape)}) of distribution ${values ? this : this.typeName} ` +
        `to be positive but found invalid values${values ? `:\n${own}` : ""}`,
    );
  }

  get probs(): Tensor {
    return this.lazily("probs", () => logitsToProbs(this.logits, true));
  }

  get logits(): Tensor {
    return this.lazily("logits", () => probsToLogits(this.probs, true));
  }

  override get support(): constraints.Constraint {
    return constraints.nonnegativeInteger;
  }

  override get mean(): Tensor {
    return sub(div(1, this.probs), 1);
  }

  override get mode(): Tensor {
    return zerosLike(this.probs);
  }

  override get variance(): Tensor {
    return div(sub(div(1, this.probs), 1), this.probs);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.probs;
    const u = uniform_(empty(this.extendedShape(sampleShape), { dtype, device }), tinyOf(dtype), 1);
    return floor(div(log(u), log1p(neg(this.probs.detach()))));
  }

  override logProb(value: Tensor): Tensor {
    const [x, probs] = broadcastAll(this.checkedValue(value), this.probs);
    const base = maskedFill(probs, logicalAnd(eq(probs, 1), eq(x, 0)), 0);
    return add(mul(x, log1p(neg(base))), log(this.probs));
  }

  override entropy(): Tensor {
    return div(crossEntropyOfLogits(this.logits, this.probs), this.probs);
  }
}
