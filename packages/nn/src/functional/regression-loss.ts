/** Losses between a prediction and a target of the same shape. */

import { call, type DerivativeContext, type Operation, requireTensors, type Term } from "@cresset/core/extend";
import { div, float, type Scalar, type Tensor, unsqueeze, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import {
  byReduction,
  checkComposedReduction,
  checkReduction,
  type LossAttributes,
  lossOperation,
  type Reduction,
  type ReductionOptions,
  reductionOf,
  requireWithin,
  spread,
  warnOfBroadcast,
} from "./reduction.ts";

const reductions = byReduction<LossAttributes>({});

function pairLoss(
  op: Operation<LossAttributes>,
  input: Tensor,
  target: Tensor,
  reduction: Reduction,
  scalars: readonly Scalar[] = [],
): Tensor {
  checkReduction(reduction);
  warnOfBroadcast(input, target);
  return call(op, [input, target], scalars, reductions[reduction]);
}

const mseOp = lossOperation("mse_loss", ([x, y]) => m.square(m.sub(x, y)));

/**
 * The squared differences (x - y)².
 *
 * @param target of the input's shape; other shapes broadcast, with a warning.
 * @param options.reduction "mean" (default), "sum" or "none".
 */
export function mseLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  return pairLoss(mseOp, input, target, reductionOf(options));
}

const l1Op = lossOperation("l1_loss", ([x, y]) => m.abs(m.sub(x, y)));

/** The absolute differences |x - y|. */
export function l1Loss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  return pairLoss(l1Op, input, target, reductionOf(options));
}

const smoothL1Op = lossOperation(
  "smooth_l1_loss",
  ([x, y], [beta]) => {
    const z = m.abs(m.sub(x, y));
    return m.where(m.lt(z, beta), m.div(m.mul(m.mul(0.5, z), z), beta), m.sub(z, m.mul(0.5, m.cast(beta, z.dtype))));
  },
  {
    derivative: (context) =>
      slopes(
        context,
        (z) => m.div(z, context.scalar(0)),
        () => 1,
      ),
  },
);

/** Gradients of a loss of x - y: `within` the first scalar, and constant `beyond` it. NaN counts as within. */
function slopes(
  context: DerivativeContext<LossAttributes>,
  within: (z: Term) => Term,
  beyond: () => Term | number,
): [Term, Term] {
  const [x, y, edge] = [context.input(0), context.input(1), context.scalar(0)];
  const z = m.sub(x, y);
  const g = spread(context.grad(), context.attributes.reduction, z.numel);
  const slope = m.where(
    m.le(z, m.neg(edge)),
    m.neg(m.mul(g, beyond())),
    m.where(m.ge(z, edge), m.mul(g, beyond()), m.mul(g, within(z))),
  );
  return [slope, m.neg(slope)];
}

export interface SmoothL1LossOptions extends ReductionOptions {
  /** Up to which difference the loss is quadratic; default 1. */
  readonly beta?: number;
}

/** ½ (x - y)² / beta where |x - y| < beta, else |x - y| - ½ beta. */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta = 1, reduction = "mean" } = keywords<SmoothL1LossOptions>(["reduction", "beta"], [options]);
  if (beta < 0) throw new ValueError("smooth_l1_loss does not support negative values for beta.");
  return pairLoss(smoothL1Op, input, target, reduction, [float(beta)]);
}

const huberOp = lossOperation(
  "huber_loss",
  ([x, y], [delta]) => {
    const z = m.abs(m.sub(x, y));
    return m.where(m.le(z, delta), m.mul(m.mul(0.5, z), z), m.mul(delta, m.sub(z, m.mul(0.5, m.cast(delta, z.dtype)))));
  },
  {
    derivative: (context) =>
      slopes(
        context,
        (z) => z,
        () => context.scalar(0),
      ),
  },
);

export interface HuberLossOptions extends ReductionOptions {
  /** Up to which difference the loss is quadratic; default 1. */
  readonly delta?: number;
}

/** ½ (x - y)² where |x - y| ≤ delta, else delta (|x - y| - ½ delta). */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1, reduction = "mean" } = keywords<HuberLossOptions>(["reduction", "delta"], [options]);
  checkReduction(reduction);
  if (delta <= 0) throw new ValueError("huber_loss does not support non-positive values for delta.");
  return pairLoss(huberOp, input, target, reduction, [float(delta)]);
}

const softMarginOp = lossOperation("soft_margin_loss", ([x, y]) => m.log1p(m.exp(m.mul(m.neg(y), x))));

/** log(1 + exp(-y x)) for targets of 1 and -1. */
export function softMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  const reduction = reductionOf(options);
  checkReduction(reduction);
  requireTensors("soft_margin_loss", [input, target]);
  requireWithin(input.shape, target.shape);
  return call(softMarginOp, [input, target], [], { reduction });
}

interface KlAttributes extends LossAttributes {
  readonly logTarget: boolean;
}

const klDivOp = lossOperation<KlAttributes>("kl_div", ([x, y], _, { logTarget }) => {
  if (logTarget) return m.mul(m.exp(y), m.sub(y, x));
  // y log y is 0 at 0, and not a number below.
  const zero = m.eq(y, 0);
  const entropy = m.where(zero, 0, m.mul(y, m.log(m.where(zero, 1, y))));
  return m.sub(entropy, m.mul(y, x));
});

export interface KlDivOptions {
  /** Also "batchmean": the sum, divided by the size of the first dimension, which is what the definition says. */
  readonly reduction?: Reduction | "batchmean";
  /** Whether the target holds log-probabilities too; default false. */
  readonly logTarget?: boolean;
}

/** The Kullback-Leibler divergence y (log y - x) of log-probabilities `input` from probabilities `target`. */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = "mean", logTarget = false } = keywords<KlDivOptions>(["reduction", "logTarget"], [options]);
  checkReduction(reduction, ["mean", "sum", "none", "batchmean"]);
  if (reduction !== "batchmean") return call(klDivOp, [input, target], [], { reduction, logTarget });
  const total = call(klDivOp, [input, target], [], { reduction: "sum", logTarget });
  return input.ndim === 0 ? total : div(total, input.shape[0]);
}

interface PoissonAttributes extends LossAttributes {
  readonly logInput: boolean;
  readonly full: boolean;
}

const poissonOp = lossOperation<PoissonAttributes>("poisson_nll_loss", ([x, y], [eps], { logInput, full }) => {
  const loss = logInput ? m.sub(m.exp(x), m.mul(y, x)) : m.sub(x, m.mul(y, m.log(m.add(x, eps))));
  if (!full) return loss;
  // Stirling's approximation of log(y!).
  const safe = m.where(m.gt(y, 1), y, 1);
  const stirling = m.add(m.sub(m.mul(safe, m.log(safe)), safe), m.mul(0.5, m.log(m.mul(2 * Math.PI, safe))));
  return m.add(loss, m.where(m.gt(y, 1), stirling, 0));
});

export interface PoissonNllLossOptions extends ReductionOptions {
  /** Whether the input is the logarithm of the rate; default true. */
  readonly logInput?: boolean;
  /** Whether to add Stirling's approximation of log(y!); default false. */
  readonly full?: boolean;
  /** Keeps log(rate) finite; default 1e-8. */
  readonly eps?: number;
}

/** The negative log likelihood of counts `target` under Poisson distributions. */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNllLossOptions = {}): Tensor {
  const {
    logInput = true,
    full = false,
    eps = 1e-8,
    reduction = "mean",
  } = keywords<PoissonNllLossOptions>(["logInput", "full", "eps", "reduction"], [options]);
  checkComposedReduction(reduction);
  return call(poissonOp, [input, target], [float(eps)], { reduction, logInput, full });
}

interface GaussianAttributes extends LossAttributes {
  readonly full: boolean;
}

const gaussianOp = lossOperation<GaussianAttributes>(
  "gaussian_nll_loss",
  ([x, y, variance], [eps], { full }) => {
    const known = m.check(variance, m.not(m.lt(variance, 0)), {
      error: "ValueError",
      message: "var has negative entry/entries",
    });
    const v = m.maximum(known, eps);
    const loss = m.mul(0.5, m.add(m.log(v), m.div(m.square(m.sub(x, y)), v)));
    return full ? m.add(loss, 0.5 * Math.log(2 * Math.PI)) : loss;
  },
  {
    // PyTorch clamps the variance outside of the graph: below eps it still gets a gradient.
    derivative: ({ input, scalar, grad, attributes: { reduction } }) => {
      const [difference, v] = [m.sub(input(0), input(1)), m.maximum(input(2), scalar(0))];
      const g = spread(grad(), reduction, m.add(difference, v).numel);
      const slope = m.mul(g, m.div(difference, v));
      return [slope, m.neg(slope), m.mul(m.mul(0.5, g), m.sub(m.div(1, v), m.square(m.div(difference, v))))];
    },
  },
);

export interface GaussianNllLossOptions extends ReductionOptions {
  /** Whether to add the constant ½ log 2π; default false. */
  readonly full?: boolean;
  /** The smallest variance; default 1e-6. */
  readonly eps?: number;
}

/**
 * The negative log likelihood of `target` under Gaussians of mean `input` and variance `variance`.
 *
 * @param variance of the input's shape, or without its last dimension, or with that of size 1.
 * @throws ValueError at evaluation for a negative variance.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllLossOptions = {},
): Tensor {
  const {
    full = false,
    eps = 1e-6,
    reduction = "mean",
  } = keywords<GaussianNllLossOptions>(["full", "eps", "reduction"], [options]);
  checkComposedReduction(reduction);
  const [size, given] = [input.shape.join(), variance.shape.join()];
  let fitted = variance;
  if (given !== size) {
    if (input.shape.slice(0, -1).join() === given) fitted = unsqueeze(variance, -1);
    else if (
      input.ndim !== variance.ndim ||
      input.shape.slice(0, -1).join() !== variance.shape.slice(0, -1).join() ||
      variance.shape.at(-1) !== 1
    )
      throw new ValueError("var is of incorrect size");
  }
  return call(gaussianOp, [input, target, fitted], [float(eps)], { reduction, full });
}
