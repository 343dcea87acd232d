import { poissonOf } from "@cresset/core/extend";
import {
  add,
  clamp,
  div,
  eq,
  exp,
  float,
  floor,
  lgamma,
  maskedFill,
  mul,
  neg,
  sigmoid,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { logsigmoid } from "@cresset/nn/functional";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import { type CountOptions, countParts } from "./binomial.ts";
import * as constraints from "./constraints/values.ts";
import { type ArgConstraints, Distribution, type Sampling, stepsOf } from "./distribution.ts";
import { logitsToProbs, probsToLogits } from "./functions.ts";
import { Gamma } from "./gamma.ts";

/**
 * How many trials succeed before `totalCount` have failed.
 *
 * @param totalCount how many failures, not negative; it need not be whole.
 * @param probs the probability of success in [0, 1); or give `logits`, log odds.
 * @throws ValueError unless exactly one of both is given; for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.NegativeBinomial(5, torch.tensor([0.5])).sample() // [1]
 */
export class NegativeBinomial extends Distribution {
  static override readonly typeName: string = "NegativeBinomial";
  static override readonly argConstraints: ArgConstraints = {
    totalCount: /* @__PURE__ */ constraints.greaterThanEq(0),
    probs: /* @__PURE__ */ constraints.halfOpenInterval(/* @__PURE__ */ float(0), /* @__PURE__ */ float(1)),
    logits: constraints.real,
  };

  constructor(
    totalCount: Parameter | CountOptions,
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
    return constraints.nonnegativeInteger;
  }

  override get mean(): Tensor {
    return mul(this.totalCount, exp(this.logits));
  }

  override get mode(): Tensor {
    return clamp(floor(mul(sub(this.totalCount, 1), exp(this.logits))), 0);
  }

  override get variance(): Tensor {
    return div(this.mean, sigmoid(neg(this.logits)));
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const gamma = new Gamma(this.totalCount.detach(), exp(neg(this.logits.detach())), { validateArgs: false });
    const rates = yield* stepsOf(gamma.draw(sampleShape));
    return poissonOf(rates, yield rates);
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const { totalCount, logits } = this;
    const powers = add(mul(totalCount, logsigmoid(neg(logits))), mul(x, logsigmoid(logits)));
    const both = add(totalCount, x);
    const normalizer = add(add(neg(lgamma(both)), lgamma(add(1, x))), lgamma(totalCount));
    return sub(powers, maskedFill(normalizer, eq(both, 0), 0));
  }
}
