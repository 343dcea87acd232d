/** Losses as modules: called with the prediction and the target. */
import type { Tensor } from "@cresset/core/functions";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from "../functional/binary-cross-entropy.ts";
import { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from "../functional/cross-entropy.ts";
import type { Reduction, ReductionOptions } from "../functional/reduction.ts";
import * as R from "../functional/regression-loss.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";

/** A loss of a prediction and a target, reduced to their mean, their sum, or not at all. */
export abstract class Loss<R extends string = Reduction> extends Module<[input: Tensor, target: Tensor], Tensor> {
  static override readonly typeName: string = "Loss";
  readonly reduction: R | "mean";

  constructor(reduction?: R) {
    super();
    this.reduction = reduction ?? "mean";
  }
}

export interface BCELossOptions extends ReductionOptions {
  /** A factor for each element's loss. */
  readonly weight?: Tensor | null;
}

/**
 * The binary cross-entropy -(y log p + (1 - y) log(1 - p)) of probabilities p and targets y, usually 0 or 1, of the same
 * shape. It does not scale its input: put a `Sigmoid` before it, or use `BCEWithLogitsLoss`.
 *
 * @example
 * const loss = new nn.BCELoss()(torch.sigmoid(scores), labels);
 */
export class BCELoss extends Loss {
  static override readonly typeName: string = "BCELoss";
  weight: Tensor | null;

  constructor(weight?: Tensor | null | BCELossOptions, given?: BCELossOptions) {
    const options = keywords<BCELossOptions>(["weight", "reduction"], [weight, given]);
    super(options.reduction);
    this.weight = options.weight ?? null;
    this.registerBuffer("weight", this.weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.weight, { reduction: this.reduction });
  }
}

export interface BCEWithLogitsLossOptions extends BCELossOptions {
  /** A factor for the loss of positive targets, one per class. */
  readonly posWeight?: Tensor | null;
}

/** A sigmoid and `BCELoss` in one, which is more accurate than one after the other. */
export class BCEWithLogitsLoss extends Loss {
  static override readonly typeName: string = "BCEWithLogitsLoss";
  weight: Tensor | null;
  posWeight: Tensor | null;

  constructor(weight?: Tensor | null | BCEWithLogitsLossOptions, given?: BCEWithLogitsLossOptions) {
    const options = keywords<BCEWithLogitsLossOptions>(["weight", "reduction", "posWeight"], [weight, given]);
    super(options.reduction);
    this.weight = options.weight ?? null;
    this.posWeight = options.posWeight ?? null;
    this.registerBuffer("weight", this.weight);
    this.registerBuffer("posWeight", this.posWeight);
  }

  override stateName(field: string): string {
    return field === "posWeight" ? "pos_weight" : field;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(input, target, weight, { posWeight, reduction });
  }
}

/** Softmax and negative log likelihood in one, of scores [N, C, …] and class indices [N, …] or probabilities. */
export class CrossEntropyLoss extends Loss {
  static override readonly typeName: string = "CrossEntropyLoss";
  weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  constructor(weight?: Tensor | null | CrossEntropyOptions, given?: CrossEntropyOptions) {
    const options = keywords<CrossEntropyOptions>(
      ["weight", "ignoreIndex", "reduction", "labelSmoothing"],
      [weight, given],
    );
    super(options.reduction);
    this.weight = options.weight ?? null;
    this.registerBuffer("weight", this.weight);
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, labelSmoothing, reduction } = this;
    return crossEntropy(input, target, weight, { ignoreIndex, labelSmoothing, reduction });
  }
}

/** Minus the log-probability of the target class, of log-probabilities [N, C, …] and class indices [N, …]. */
export class NLLLoss extends Loss {
  static override readonly typeName: string = "NLLLoss";
  weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor(weight?: Tensor | null | NllLossOptions, given?: NllLossOptions) {
    const options = keywords<NllLossOptions>(["weight", "ignoreIndex", "reduction"], [weight, given]);
    super(options.reduction);
    this.weight = options.weight ?? null;
    this.registerBuffer("weight", this.weight);
    this.ignoreIndex = options.ignoreIndex ?? -100;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.weight, { ignoreIndex: this.ignoreIndex, reduction: this.reduction });
  }
}

/** Squared differences. */
export class MSELoss extends Loss {
  static override readonly typeName: string = "MSELoss";
  constructor(options: ReductionOptions = {}) {
    super(keywords<ReductionOptions>(["reduction"], [options]).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.mseLoss(input, target, { reduction: this.reduction });
  }
}

/** Absolute differences. */
export class L1Loss extends Loss {
  static override readonly typeName: string = "L1Loss";
  constructor(options: ReductionOptions = {}) {
    super(keywords<ReductionOptions>(["reduction"], [options]).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.l1Loss(input, target, { reduction: this.reduction });
  }
}

/** Absolute differences, quadratic below `beta` and scaled by it. */
export class SmoothL1Loss extends Loss {
  static override readonly typeName: string = "SmoothL1Loss";
  readonly beta: number;

  constructor(given: R.SmoothL1LossOptions = {}) {
    const options = keywords<R.SmoothL1LossOptions>(["reduction", "beta"], [given]);
    super(options.reduction);
    this.beta = options.beta ?? 1;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.smoothL1Loss(input, target, { beta: this.beta, reduction: this.reduction });
  }
}

/** Absolute differences, quadratic up to `delta`. */
export class HuberLoss extends Loss {
  static override readonly typeName: string = "HuberLoss";
  readonly delta: number;

  constructor(given: R.HuberLossOptions = {}) {
    const options = keywords<R.HuberLossOptions>(["reduction", "delta"], [given]);
    super(options.reduction);
    this.delta = options.delta ?? 1;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.huberLoss(input, target, { delta: this.delta, reduction: this.reduction });
  }
}

/** log(1 + exp(-y x)) for targets of 1 and -1. */
export class SoftMarginLoss extends Loss {
  static override readonly typeName: string = "SoftMarginLoss";
  constructor(options: ReductionOptions = {}) {
    super(keywords<ReductionOptions>(["reduction"], [options]).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.softMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** The Kullback-Leibler divergence of log-probabilities from a target distribution. */
export class KLDivLoss extends Loss<Reduction | "batchmean"> {
  static override readonly typeName: string = "KLDivLoss";
  readonly logTarget: boolean;

  constructor(given: R.KlDivOptions = {}) {
    const options = keywords<R.KlDivOptions>(["reduction", "logTarget"], [given]);
    super(options.reduction);
    this.logTarget = options.logTarget ?? false;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.klDiv(input, target, { logTarget: this.logTarget, reduction: this.reduction });
  }
}

/** The negative log likelihood of counts under Poisson distributions. */
export class PoissonNLLLoss extends Loss {
  static override readonly typeName: string = "PoissonNLLLoss";
  readonly options: R.PoissonNllLossOptions;

  constructor(given: R.PoissonNllLossOptions = {}) {
    const options = keywords<R.PoissonNllLossOptions>(["logInput", "full", "eps", "reduction"], [given]);
    super(options.reduction);
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return R.poissonNllLoss(input, target, this.options);
  }
}

/** The negative log likelihood under Gaussians: called with mean, target and variance. */
export class GaussianNLLLoss extends Module<[input: Tensor, target: Tensor, variance: Tensor], Tensor> {
  static override readonly typeName: string = "GaussianNLLLoss";
  readonly options: R.GaussianNllLossOptions;

  constructor(options: R.GaussianNllLossOptions = {}) {
    super();
    this.options = keywords<R.GaussianNllLossOptions>(["full", "eps", "reduction"], [options]);
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return R.gaussianNllLoss(input, target, variance, this.options);
  }
}
