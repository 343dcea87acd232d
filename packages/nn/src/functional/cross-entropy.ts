/** Losses of class scores against class indices or class probabilities. */

import { asNumbers, call, operation, pytorchName, requireTensors, type Term } from "@cresset/core/extend";
import {
  DTypeError,
  float,
  IndexError,
  isFloat,
  logSoftmax,
  ShapeError,
  type Tensor,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { byReduction, checkReduction, type LossAttributes, type ReductionOptions } from "./reduction.ts";

export interface NllLossOptions extends ReductionOptions {
  /** A factor for each class, of shape [C]. */
  readonly weight?: Tensor | null;
  /** A class index that does not count; default -100. */
  readonly ignoreIndex?: number;
}

interface NllAttributes extends LossAttributes {
  readonly weighted: boolean;
}

/** -w[t] x[…, t, …] for every target, 0 where ignored, and what their mean divides by. */
function pickedLosses(x: Term, t: Term, weight: Term | undefined, ignore: Term): { losses: Term; weights: Term } {
  const dim = x.rank === 1 ? 0 : 1;
  const classes = x.shape[dim];
  const ignored = m.eq(t, ignore);
  const inside = m.or(ignored, m.and(m.ge(t, 0), m.lt(t, classes)));
  const known = m.check(t, inside, {
    error: "IndexError",
    message: `a target is out of bounds: class indices must be at least 0 and less than ${classes}`,
  });
  const index = m.where(ignored, 0, known);
  const picked = m.squeeze(m.gather(x, dim, m.unsqueeze(index, dim)), dim);
  const factor =
    weight === undefined
      ? m.constantLike(picked, 1)
      : m.reshape(m.gather(weight, 0, m.reshape(index, [index.numel])), index.shape);
  const weights = m.where(ignored, 0, factor);
  const losses = m.where(ignored, 0, m.neg(weight === undefined ? picked : m.mul(picked, factor)));
  return { losses, weights };
}

const nllNamed = (gradName: string) =>
  operation<NllAttributes>(
    "nll_loss",
    ([x, t, weight], [ignore], { reduction, weighted }) => {
      const { losses, weights } = pickedLosses(x, t, weighted ? weight : undefined, ignore);
      if (reduction === "none") return losses;
      return reduction === "sum" ? m.sum(losses) : m.div(m.sum(losses), m.sum(weights));
    },
    { gradName },
  );
const unweighted = byReduction<NllAttributes>({ weighted: false });
const withWeight = byReduction<NllAttributes>({ weighted: true });
const nllOp = nllNamed("NllLossBackward0");
const nll2dOp = nllNamed("NllLoss2DBackward0");

/**
 * The negative log likelihood: minus the log-probability of each target class.
 *
 * @param input log-probabilities, [C], [N, C] or [N, C, …].
 * @param target class indices (int64), of the input's shape without the class dimension.
 * @throws ShapeError, DTypeError or IndexError where the target does not fit.
 * @example
 * F.nllLoss(F.logSoftmax(scores, 1), labels)
 */
export function nllLoss(
  input: Tensor,
  target: Tensor,
  weight?: Tensor | null | NllLossOptions,
  options?: NllLossOptions,
): Tensor {
  const given = keywords<NllLossOptions>(["weight", "ignoreIndex", "reduction"], [weight, options]);
  const { ignoreIndex = -100, reduction = "mean" } = given;
  checkReduction(reduction);
  checkClassTargets(input, target, given.weight ?? null, ignoreIndex);
  const op = input.ndim > 2 ? nll2dOp : nllOp;
  const factor = given.weight ?? null;
  if (factor === null) return call(op, [input, target], [ignoreIndex], unweighted[reduction]);
  return call(op, [input, target, factor], [ignoreIndex], withWeight[reduction]);
}

function checkClassTargets(input: Tensor, target: Tensor, weight: Tensor | null, ignoreIndex: number): void {
  requireTensors("nll_loss", [input, target]);
  const [x, t] = [input.shape, target.shape];
  if (x.length === 0)
    throw new ShapeError("Expected 1 or more dimensions (got 0): the input needs a dimension of classes");
  const classes = x[x.length === 1 ? 0 : 1];
  if (x.length === 1 ? t.length > 1 : x.length === 2 && t.length > 1)
    throw new ShapeError("0D or 1D target tensor expected, multi-target not supported");
  const fits =
    x.length === 1 ? t.length === 0 || (t.length === 1 && t[0] === 1) : x.toSpliced(1, 1).join() === t.join();
  if (!fits && x.length > 1 && x[0] !== t[0])
    throw new ShapeError(`Expected input batch_size (${x[0]}) to match target batch_size (${t[0] ?? 1}).`);
  if (!fits) throw new ShapeError(`Expected target size [${x.toSpliced(1, 1).join(", ")}], got [${t.join(", ")}]`);
  if (target.dtype !== "int64")
    throw new DTypeError(
      `expected scalar type Long but found ${pytorchName(target.dtype)}\nClass indices must be int64: convert them with target.long().`,
    );
  if (weight !== null && (weight.ndim !== 1 || weight.shape[0] !== classes))
    throw new ShapeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: [${weight.shape.join(", ")}]`,
    );
  const host = target.value.slot?.host;
  if (!(host instanceof BigInt64Array)) return;
  // The target is at hand: say which index is wrong, before anything is computed.
  for (const index of asNumbers(host))
    if ((index < 0 || index >= classes) && index !== ignoreIndex)
      throw new IndexError(
        `Target ${index} is out of bounds. Class indices must be at least 0 and less than ${classes}.`,
      );
}

export interface CrossEntropyOptions extends NllLossOptions {
  /** How much of the target probability is spread evenly over all classes, in [0, 1]; default 0. */
  readonly labelSmoothing?: number;
}

interface SoftTargetAttributes extends LossAttributes {
  readonly weighted: boolean;
}

const softTargetOp = operation<SoftTargetAttributes>(
  "cross_entropy_loss_prob_target",
  ([logP, target, weight], [given], { reduction, weighted }) => {
    const smoothing = m.cast(given, logP.dtype);
    const dim = logP.rank === 1 ? 0 : 1;
    const classes = logP.shape[dim];
    const t = m.add(m.mul(target, m.sub(1, smoothing)), m.div(smoothing, classes));
    const product = m.mul(logP, t);
    const perClass = weighted ? m.mul(product, alongClasses(weight, logP)) : product;
    if (reduction === "none") return m.neg(m.sum(perClass, [dim]));
    const total = m.neg(m.sum(perClass));
    return reduction === "sum" ? total : m.div(total, m.constant(logP.numel / classes, logP.dtype));
  },
  { gradName: "DivBackward1" },
);

/** A weight [C] in a shape that broadcasts along the class dimension of `x`. */
function alongClasses(weight: Term, x: Term): Term {
  return x.rank === 1 ? weight : m.reshape(weight, [weight.shape[0], ...new Array<number>(x.rank - 2).fill(1)]);
}

const smoothedOp = operation<NllAttributes>(
  "cross_entropy_loss_label_smoothing",
  ([logP, t, weight], [ignore, given], { reduction, weighted }) => {
    const smoothing = m.cast(given, logP.dtype);
    const dim = logP.rank === 1 ? 0 : 1;
    const w = weighted ? weight : undefined;
    const { losses, weights } = pickedLosses(logP, t, w, ignore);
    const even = m.neg(m.sum(w === undefined ? logP : m.mul(logP, alongClasses(w, logP)), [dim]));
    const smooth = m.where(m.eq(t, ignore), 0, even);
    const reduce = (x: Term): Term =>
      reduction === "none" ? x : reduction === "sum" ? m.sum(x) : m.div(m.sum(x), m.sum(weights));
    const part = m.div(smoothing, logP.shape[dim]);
    return m.add(m.mul(reduce(losses), m.sub(1, smoothing)), m.mul(reduce(smooth), part));
  },
  { gradName: "AddBackward0" },
);

/**
 * The cross-entropy between softmax(input) and the target classes.
 *
 * @param input scores (logits), [C], [N, C] or [N, C, …].
 * @param target class indices (int64) of the input's shape without the class dimension, or probabilities of the input's
 * shape.
 * @example
 * F.crossEntropy(model(x), torch.tensor([3n, 0n, 1n]), { labelSmoothing: 0.1 })
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  weight?: Tensor | null | CrossEntropyOptions,
  options?: CrossEntropyOptions,
): Tensor {
  const given = keywords<CrossEntropyOptions>(
    ["weight", "ignoreIndex", "reduction", "labelSmoothing"],
    [weight, options],
  );
  const { ignoreIndex = -100, labelSmoothing = 0, reduction = "mean" } = given;
  checkReduction(reduction);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ValueError(`label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}`);
  const factor = given.weight ?? null;
  const attributes = (factor === null ? unweighted : withWeight)[reduction];
  requireTensors("cross_entropy", [input, target]);
  const soft = target.shape.join() === input.shape.join();
  if (soft && !isFloat(target.dtype))
    throw new DTypeError(
      `Expected floating point type for target with class probabilities, got ${pytorchName(target.dtype)}`,
    );
  if (!soft) checkClassTargets(input, target, factor, ignoreIndex);
  const logP = logSoftmax(input, input.ndim === 1 ? 0 : 1);
  const inputs = factor === null ? [logP, target] : [logP, target, factor];
  if (soft) return call(softTargetOp, inputs, [float(labelSmoothing)], attributes);
  if (labelSmoothing === 0) return call(input.ndim > 2 ? nll2dOp : nllOp, inputs, [ignoreIndex], attributes);
  return call(smoothedOp, inputs, [ignoreIndex, float(labelSmoothing)], attributes);
}
