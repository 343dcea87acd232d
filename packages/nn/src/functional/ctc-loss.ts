/** Connectionist temporal classification (Graves et al., 2006): labels of unsegmented sequences. */

import { type Attributes, call, operation, type Term } from "@cresset/core/extend";
import {
  DTypeError,
  fromHost,
  reshape,
  ShapeError,
  squeeze,
  sum,
  Tensor,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { alphas, betas, extendedLabels, posteriors } from "./ctc-recursion.ts";
import { checkReduction, type ReductionOptions } from "./reduction.ts";

export interface CtcLossOptions extends ReductionOptions {
  /** The class that stands for no label; default 0. */
  readonly blank?: number;
  /** Whether losses of targets that cannot be aligned count as 0, with zero gradients; default false. */
  readonly zeroInfinity?: boolean;
}

interface CtcAttributes extends Attributes {
  /** Length of the longest target, S. */
  readonly longest: number;
  /** Whether targets are one after the other instead of [N, S]. */
  readonly concatenated: boolean;
}

/** The targets [N, S], whatever form they came in; what is beyond a target's length is 0. */
function paddedTargets(targets: Term, lengths: Term, classes: number, attributes: CtcAttributes): Term {
  const { longest } = attributes;
  const rows = attributes.concatenated ? apart(targets, lengths, longest) : targets;
  const inside = m.lt(m.iota([lengths.shape[0], longest], 1), m.unsqueeze(lengths, 1));
  const labels = m.where(inside, rows, 0);
  return m.check(labels, m.and(m.ge(labels, 0), m.lt(labels, classes)), {
    error: "IndexError",
    message: `a target is out of bounds: class indices must be at least 0 and less than ${classes}`,
  });
}

/** Targets that come one after the other as rows. */
function apart(targets: Term, lengths: Term, longest: number): Term {
  const count = lengths.shape[0];
  if (longest === 0) return m.constant(0, "int64", [count, 0]);
  const starts = m.sub(m.scan("sum", lengths, 0), lengths);
  const at = m.add(m.unsqueeze(starts, 1), m.unsqueeze(m.iota([longest], 0), 0));
  const inside = m.minimum(at, targets.numel - 1);
  return m.reshape(m.gather(targets, 0, m.reshape(inside, [inside.numel])), [count, longest]);
}

/** Minus the log-likelihood [N], and the forward variables [T, N, 2 S + 1] for the derivative. */
const ctcOp = operation<CtcAttributes>(
  "ctc_loss",
  ([logProbs, targets, inputLengths, targetLengths], [blank], attributes) => {
    const labels = extendedLabels(paddedTargets(targets, targetLengths, logProbs.shape[2], attributes), blank);
    return alphas(logProbs, labels, inputLengths, targetLengths);
  },
  {
    gradName: "CtcLossBackward0",
    derivative: (ctx) => {
      const [logProbs, targets, inputLengths, targetLengths] = [0, 1, 2, 3].map((i) => ctx.input(i));
      const padded = paddedTargets(targets, targetLengths, logProbs.shape[2], ctx.attributes);
      const labels = extendedLabels(padded, ctx.scalar(0));
      const loss = ctx.output(0);
      const later = betas(logProbs, labels, inputLengths, targetLengths);
      const posterior = posteriors(logProbs, labels, ctx.output(1), later, loss);
      const [steps, count] = logProbs.shape;
      const inside = m.lt(m.iota([steps, count, 1], 0), m.reshape(inputLengths, [1, count, 1]));
      // PyTorch's gradient assumes that the input is a log-softmax, whose own derivative it completes.
      const slope = m.where(inside, m.sub(m.exp(logProbs), posterior), 0);
      const grad = m.reshape(ctx.grad(0), [1, count, 1]);
      // Of a target that cannot be aligned PyTorch's gradient is not a number, unless infinite losses count as 0.
      const impossible = m.and(m.reshape(m.isInfinite(loss), [1, count, 1]), m.ne(grad, 0));
      return [m.where(m.and(impossible, inside), Number.NaN, m.mul(slope, grad)), null, null, null];
    },
  },
);

/** Losses and their gradients of targets that cannot be aligned become 0. */
const zeroInfinityOp = operation("where", ([losses]) => m.where(m.isInfinite(losses), 0, losses));
const meanOp = operation("mean", ([losses, lengths]) =>
  m.mean(m.div(losses, m.cast(m.maximum(lengths, 1), losses.dtype))),
);

/** Lengths of sequences: numbers, or a tensor of integers. */
export type CtcLengths = Tensor | readonly number[];

function lengthsTensor(lengths: CtcLengths, device: string): Tensor {
  if (!(lengths instanceof Tensor))
    return fromHost(BigInt64Array.from(lengths, BigInt), [lengths.length], "int64", device);
  if (lengths.dtype !== "int64" && lengths.dtype !== "int32")
    throw new DTypeError("input_lengths and target_lengths must be integral");
  return lengths.dtype === "int64" ? lengths : lengths.to("int64");
}

function longestOf(lengths: CtcLengths): number {
  const values = lengths instanceof Tensor ? (lengths.value.slot?.host ?? lengths.dataSync()) : lengths;
  let longest = 0;
  for (const value of values) longest = Math.max(longest, Number(value));
  return longest;
}

/**
 * The CTC loss of sequences of log-probabilities against sequences of labels, summed over all alignments.
 *
 * @param logProbs [T, N, C] (or [T, C]), of `logSoftmax`.
 * @param targets class indices, [N, S] padded, or all targets one after the other, [Σ targetLengths].
 * @param inputLengths [N], each at most T.
 * @param targetLengths [N], each at most S.
 * @returns [N] for reduction "none"; "mean" divides each loss by its target's length first.
 * @throws ShapeError where sizes do not fit, ValueError for a blank that is no class.
 * @example
 * F.ctcLoss(F.logSoftmax(scores, 2), targets, [50, 40], [10, 8], { zeroInfinity: true })
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: CtcLengths,
  targetLengths: CtcLengths,
  options: CtcLossOptions | number = {},
): Tensor {
  const given = keywords<CtcLossOptions>(["blank", "reduction", "zeroInfinity"], [options]);
  const { blank = 0, reduction = "mean", zeroInfinity = false } = given;
  checkReduction(reduction);
  if (logProbs.ndim === 2) {
    const single = ctcLoss(unsqueeze(logProbs, 1), unsqueeze(targets, 0), inputLengths, targetLengths, given);
    return reduction === "none" ? squeeze(single, 0) : single;
  }
  const [steps, count, classes] = logProbs.shape;
  const sizes = [lengthsTensor(inputLengths, logProbs.device), lengthsTensor(targetLengths, logProbs.device)].map((x) =>
    reshape(x, [-1]),
  );
  check(logProbs, targets, sizes, blank, classes);
  const longest = targets.ndim === 2 ? targets.shape[1] : longestOf(targetLengths);
  if (longestOf(inputLengths) > steps)
    throw new ValueError(
      `Expected input_lengths to have value at most ${steps}, but got value ${longestOf(inputLengths)}`,
    );
  const labels = targets.dtype === "int64" ? targets : targets.to("int64");
  const attributes = { longest, concatenated: targets.ndim === 1 };
  const raw = call(ctcOp, [logProbs, labels, ...sizes], [blank], attributes);
  const losses = zeroInfinity ? call(zeroInfinityOp, [raw]) : raw;
  if (reduction === "none" || count === 0) return losses;
  return reduction === "sum" ? sum(losses) : call(meanOp, [losses, sizes[1]]);
}

function check(logProbs: Tensor, targets: Tensor, sizes: readonly Tensor[], blank: number, classes: number): void {
  if (logProbs.ndim !== 3) throw new ShapeError(`Expected 2 or 3 dimensions of log_probs, but got ${logProbs.ndim}`);
  if (targets.ndim !== 1 && targets.ndim !== 2)
    throw new ShapeError(`Expected 1 or 2 dimensions of targets, but got ${targets.ndim}`);
  if (!(blank >= 0 && blank < classes)) throw new ValueError("blank must be in label range");
  const names = ["input_lengths", "target_lengths"];
  for (const [i, size] of sizes.entries())
    if (size.numel() !== logProbs.shape[1]) throw new ShapeError(`${names[i]} must be of size batch_size`);
  if (targets.ndim === 2 && targets.shape[0] !== logProbs.shape[1])
    throw new ShapeError(`Expected targets of ${logProbs.shape[1]} sequences, but got ${targets.shape[0]}`);
}
