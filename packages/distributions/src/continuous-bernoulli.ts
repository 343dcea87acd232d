import { keywords } from "@cresset/core/extend";
import {
  abs,
  add,
  div,
  exp,
  ge,
  gt,
  le,
  log,
  log1p,
  logicalOr,
  mul,
  neg,
  onesLike,
  pow,
  rand,
  sqrt,
  sub,
  type Tensor,
  where,
  zerosLike,
} from "@cresset/core/functions";
import { broadcastAll, type Parameter } from "./arguments.ts";
import { binaryParts, type ProbsOptions } from "./bernoulli.ts";
import * as constraints from "./constraints/values.ts";
import { ExponentialFamily } from "./exp-family.ts";
import { clampProbs, crossEntropyOfLogits, logitsToProbs, probsToLogits } from "./functions.ts";

export interface ContinuousBernoulliOptions extends ProbsOptions {
  /** Between these, Taylor's series are used; default [0.499, 0.501]. */
  readonly lims?: readonly [number, number];
}

/**
 * Numbers in [0, 1] of density proportional to λ^x (1 - λ)^(1 - x): Loaiza-Ganem and Cunningham (2019), "The continuous
 * Bernoulli".
 *
 * @param probs λ in (0, 1), not the mean; or give `logits`, log odds.
 * @throws ValueError unless exactly one of both is given; for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.ContinuousBernoulli(torch.tensor([0.3])).sample() // [1]
 */
export class ContinuousBernoulli extends ExponentialFamily {
  static override readonly typeName: string = "ContinuousBernoulli";
  static override readonly argConstraints = { probs: constraints.unitInterval, logits: constraints.real };
  private readonly lims: readonly [number, number];

  constructor(
    probs?: Parameter | null | ContinuousBernoulliOptions,
    logits?: Parameter | null | ContinuousBernoulliOptions,
    lims?: readonly [number, number] | ContinuousBernoulliOptions,
    validateArgs?: boolean | ContinuousBernoulliOptions,
  ) {
    const given = keywords<ContinuousBernoulliOptions>(
      ["probs", "logits", "lims", "validateArgs"],
      [probs, logits, lims, validateArgs],
    );
    super(binaryParts(given));
    if (this.parameters.probs !== undefined) this.parameters.probs = clampProbs(this.parameters.probs);
    this.lims = given.lims ?? [0.499, 0.501];
  }

  get probs(): Tensor {
    return this.lazily("probs", () => clampProbs(logitsToProbs(this.logits, true)));
  }

  get logits(): Tensor {
    return this.lazily("logits", () => probsToLogits(this.probs, true));
  }

  get paramShape(): readonly number[] {
    return this.batchShape;
  }

  override get support(): constraints.Interval {
    return constraints.unitInterval;
  }

  override get hasRsample(): boolean {
    return true;
  }

  /** Where the formulas hold: near 1/2 they divide 0 by 0. */
  private outside(): Tensor {
    return logicalOr(le(this.probs, this.lims[0]), gt(this.probs, this.lims[1]));
  }

  /** Probabilities of which the formulas are finite, with finite gradients. */
  private cutProbs(outside: Tensor): Tensor {
    return where(outside, this.probs, mul(this.lims[0], onesLike(this.probs)));
  }

  /** @internal The logarithm of what λ^x (1 - λ)^(1 - x) is multiplied by. */
  logNorm(): Tensor {
    const outside = this.outside();
    const cut = this.cutProbs(outside);
    const below = where(le(cut, 0.5), cut, zerosLike(cut));
    const above = where(ge(cut, 0.5), cut, onesLike(cut));
    const numerator = log(abs(sub(log1p(neg(cut)), log(cut))));
    const denominator = where(le(cut, 0.5), log1p(mul(-2, below)), log(sub(mul(2, above), 1)));
    const x = pow(sub(this.probs, 0.5), 2);
    const taylor = add(Math.log(2), mul(add(4 / 3, mul(104 / 45, x)), x));
    return where(outside, sub(numerator, denominator), taylor);
  }

  override get mean(): Tensor {
    const outside = this.outside();
    const cut = this.cutProbs(outside);
    const mean = add(div(cut, sub(mul(2, cut), 1)), div(1, sub(log1p(neg(cut)), log(cut))));
    const x = sub(this.probs, 0.5);
    const taylor = add(0.5, mul(add(1 / 3, mul(16 / 45, pow(x, 2))), x));
    return where(outside, mean, taylor);
  }

  override get stddev(): Tensor {
    return sqrt(this.variance);
  }

  override get variance(): Tensor {
    const outside = this.outside();
    const cut = this.cutProbs(outside);
    const first = div(mul(cut, sub(cut, 1)), pow(sub(1, mul(2, cut)), 2));
    const variance = add(first, div(1, pow(sub(log1p(neg(cut)), log(cut)), 2)));
    const x = pow(sub(this.probs, 0.5), 2);
    const taylor = sub(1 / 12, mul(sub(1 / 15, mul(128 / 945, x)), x));
    return where(outside, variance, taylor);
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.probs;
    return this.icdf(rand(this.extendedShape(sampleShape), { dtype, device }));
  }

  override logProb(value: Tensor): Tensor {
    const valid = this.checkedValue(value);
    const [logits, x] = broadcastAll(this.logits, valid);
    return add(neg(crossEntropyOfLogits(logits, x)), this.logNorm());
  }

  override cdf(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const outside = this.outside();
    const cut = this.cutProbs(outside);
    const powers = sub(add(mul(pow(cut, x), pow(sub(1, cut), sub(1, x))), cut), 1);
    const inside = where(outside, div(powers, sub(mul(2, cut), 1)), x);
    return where(le(x, 0), zerosLike(x), where(ge(x, 1), onesLike(x), inside));
  }

  override icdf(value: Tensor): Tensor {
    const outside = this.outside();
    const cut = this.cutProbs(outside);
    const rest = log1p(neg(cut));
    const numerator = sub(log1p(add(neg(cut), mul(value, sub(mul(2, cut), 1)))), rest);
    return where(outside, div(numerator, sub(log(cut), rest)), value);
  }

  override entropy(): Tensor {
    const ofZero = log1p(neg(this.probs));
    const ofOne = log(this.probs);
    return sub(sub(mul(this.mean, sub(ofZero, ofOne)), this.logNorm()), ofZero);
  }

  override naturalParams(): readonly Tensor[] {
    return [this.logits];
  }

  override logNormalizer(x: Tensor): Tensor {
    const outside = logicalOr(le(x, this.lims[0] - 0.5), gt(x, this.lims[1] - 0.5));
    const cut = where(outside, x, mul(this.lims[0] - 0.5, onesLike(x)));
    const normalizer = sub(log(abs(sub(exp(cut), 1))), log(abs(cut)));
    const taylor = sub(add(mul(0.5, x), div(pow(x, 2), 24)), div(pow(x, 4), 2880));
    return where(outside, normalizer, taylor);
  }
}
