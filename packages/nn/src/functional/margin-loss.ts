/** Losses that ask for a distance between scores, or between vectors. */

import { call, requireTensors, type Term } from "@cresset/core/extend";
import { float, reshape, ShapeError, type Tensor, unsqueeze } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { sizeText } from "../printing.ts";
import { logOfLogistic } from "./activation-common.ts";
import {
  checkComposedReduction,
  checkReduction,
  type LossAttributes,
  lossOperation,
  type ReductionOptions,
  reductionOf,
} from "./reduction.ts";

export interface MarginOptions extends ReductionOptions {
  readonly margin?: number;
}

const positive = (x: Term): Term => m.where(m.lt(x, 0), 0, x);

/** The same, but what is NaN does not count, as in PyTorch's losses of several classes. */
const aboveZero = (x: Term): Term => m.where(m.gt(x, 0), x, 0);

const marginRankingOp = lossOperation("margin_ranking_loss", ([a, b, y], [margin]) =>
  positive(m.add(m.mul(m.neg(y), m.sub(a, b)), margin)),
);

/** max(-y (x1 - x2) + margin, 0): x1 should rank above x2 where y is 1, below where y is -1. Margin default 0. */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 0, reduction = "mean" } = keywords<MarginOptions>(["margin", "reduction"], [options]);
  checkReduction(reduction);
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim)
    throw new ShapeError(
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${sizeText(input1.shape)}, ` +
        `input2: ${sizeText(input2.shape)}, target: ${sizeText(target.shape)} `,
    );
  return call(marginRankingOp, [input1, input2, target], [float(margin)], { reduction });
}

const hingeEmbeddingOp = lossOperation("hinge_embedding_loss", ([x, y], [margin]) =>
  m.add(m.where(m.ne(y, -1), x, 0), m.where(m.ne(y, 1), positive(m.sub(margin, x)), 0)),
);

/** x where y is 1, max(margin - x, 0) where y is -1 (both elsewhere, as in PyTorch). Margin default 1. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1, reduction = "mean" } = keywords<MarginOptions>(["margin", "reduction"], [options]);
  checkReduction(reduction);
  return call(hingeEmbeddingOp, [input, target.detach()], [float(margin)], { reduction });
}

const cosineEmbeddingOp = lossOperation("cosine_embedding_loss", ([a, b, y], [margin]) => {
  const last = [Math.max(a.rank, b.rank) - 1];
  const [x1, x2] = m.together(m.toFloat(a), m.toFloat(b));
  const eps = 1e-12;
  const lengths = m.sqrt(m.mul(m.add(m.sum(m.square(x1), last), eps), m.add(m.sum(m.square(x2), last), eps)));
  const cosine = m.div(m.sum(m.mul(x1, x2), last), lengths);
  return m.add(m.where(m.eq(y, 1), m.sub(1, cosine), 0), m.where(m.eq(y, -1), positive(m.sub(cosine, margin)), 0));
});

/** 1 - cos where y is 1, max(cos - margin, 0) where y is -1, of vectors [N, D] or [D]. Margin default 0. */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const { margin = 0, reduction = "mean" } = keywords<MarginOptions>(["margin", "reduction"], [options]);
  checkReduction(reduction);
  requireTensors("cosine_embedding_loss", [input1, input2, target]);
  if (target.ndim > 1) throw new ShapeError("0D or 1D target tensor expected, multi-target not supported");
  if (input1.ndim !== target.ndim + 1 || input2.ndim !== target.ndim + 1)
    throw new ShapeError(
      `${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with sizes ` +
        `[${input1.shape.join(", ")}] and [${input2.shape.join(", ")}].`,
    );
  return call(cosineEmbeddingOp, [input1, input2, target.detach()], [float(margin)], { reduction });
}

export interface TripletMarginOptions extends MarginOptions {
  /** The order of the norm; default 2. */
  readonly p?: number;
  /** Whether the negative may be nearer to the positive than to the anchor (Balntas et al., 2016); default false. */
  readonly swap?: boolean;
  /** Added to differences; default 1e-6. */
  readonly eps?: number;
}

interface TripletAttributes extends LossAttributes {
  readonly p: number;
  readonly swap: boolean;
}

const tripletOp = lossOperation<TripletAttributes>(
  "triplet_margin_loss",
  ([anchor, near, far], [margin, eps], { p, swap }) => {
    const distance = (a: Term, b: Term): Term => {
      const given = m.add(m.sub(a, b), eps);
      // A number is a vector of one element.
      const difference = given.rank === 0 ? m.reshape(given, [1]) : given;
      const last = [difference.rank - 1];
      if (p === 1) return m.sum(m.abs(difference), last);
      if (p === 2) return m.sqrt(m.sum(m.square(difference), last));
      return m.pow(m.sum(m.pow(m.abs(difference), p), last), 1 / p);
    };
    const toFar = distance(anchor, far);
    const nearest = swap ? m.minimum(toFar, distance(near, far)) : toFar;
    return positive(m.add(m.sub(distance(anchor, near), nearest), margin));
  },
);

/** max(|anchor - positive| - |anchor - negative| + margin, 0), of vectors [N, D] or [D]. Margin default 1. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  const given = keywords<TripletMarginOptions>(["margin", "p", "eps", "swap", "reduction"], [options]);
  const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction = "mean" } = given;
  checkReduction(reduction);
  return call(tripletOp, [anchor, positive, negative], [float(margin), float(eps)], { reduction, p, swap });
}

interface MultiMarginAttributes extends LossAttributes {
  readonly p: number;
  readonly weighted: boolean;
}

const multiMarginOp = lossOperation<MultiMarginAttributes>(
  "multi_margin_loss",
  ([given, t, weight], [margin], { p, weighted }) => {
    // One score, of one class.
    const x = given.rank === 0 ? m.reshape(given, [1]) : given;
    const last = x.rank - 1;
    const classes = x.shape[last];
    const known = m.check(t, m.and(m.ge(t, 0), m.lt(t, classes)), {
      error: "IndexError",
      message: "target out of range",
    });
    const at = m.reshape(known, [...x.shape.slice(0, -1), 1]);
    const own = m.gather(x, last, at);
    const gap = aboveZero(m.add(m.sub(margin, own), x));
    const powered = p === 2 ? m.square(gap) : gap;
    const factor = weighted
      ? m.mul(powered, m.reshape(m.gather(weight, 0, m.reshape(at, [at.numel])), at.shape))
      : powered;
    const others = m.where(m.eq(m.iota(x.shape, last), at), 0, factor);
    return m.div(m.sum(others, [last]), classes);
  },
);

export interface MultiMarginOptions extends MarginOptions {
  /** 1 (default) or 2. */
  readonly p?: number;
  /** A factor for each class. */
  readonly weight?: Tensor | null;
}

/** Σ max(margin - x[t] + x[i], 0)^p / C over the classes i other than t, of scores [N, C] or [C]. Margin default 1. */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  const {
    p = 1,
    margin = 1,
    weight = null,
    reduction = "mean",
  } = keywords<MultiMarginOptions>(["p", "margin", "weight", "reduction"], [options]);
  checkReduction(reduction);
  const scores = input.ndim === 0 ? unsqueeze(input, 0) : input;
  const inputs = weight === null ? [scores, target] : [scores, target, weight];
  return call(multiMarginOp, inputs, [float(margin)], { reduction, p, weighted: weight !== null });
}

const multilabelMarginOp = lossOperation("multilabel_margin_loss", ([x, t]) => {
  const last = x.rank - 1;
  const classes = x.shape[last];
  // Targets count up to the first -1 of each row.
  const ended = m.scan("max", m.where(m.lt(t, 0), 1, m.mul(t, 0)), last);
  const counts = m.eq(ended, 0);
  const index = m.where(counts, t, 0);
  const known = m.check(index, m.lt(index, classes), {
    error: "IndexError",
    message: "argument target is out of range",
  });
  // [*, target, class]: whether a class is that target.
  const wide = [...x.shape, classes];
  const along = (y: Term): Term => m.broadcastTo(m.unsqueeze(y, y.rank), wide);
  const hits = m.and(m.eq(m.iota(wide, last + 1), along(known)), along(counts));
  const isTarget = m.amax(m.cast(hits, "int64"), [last]);
  const own = along(m.gather(x, last, known));
  const gap = aboveZero(m.sub(m.add(1, m.broadcastTo(m.unsqueeze(x, last), wide)), own));
  const wrong = m.and(along(counts), m.broadcastTo(m.unsqueeze(m.eq(isTarget, 0), last), wide));
  return m.div(m.sum(m.where(wrong, gap, 0), [last, last + 1]), classes);
});

/**
 * Σ max(1 - (x[t] - x[i]), 0) / C over target classes t and the other classes i, of scores [N, C] or [C]. Each row of
 * `target` lists class indices up to the first -1.
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  const reduction = reductionOf(options);
  checkReduction(reduction);
  // A score without dimensions is that of one class.
  const operands = input.ndim === 0 ? [reshape(input, [1]), reshape(target, [1])] : [input, target];
  const loss = call(multilabelMarginOp, operands, [], { reduction });
  return input.ndim === 0 ? reshape(loss, []) : loss;
}

interface WeightedAttributes extends LossAttributes {
  readonly weighted: boolean;
}

const softMarginOp = lossOperation<WeightedAttributes>(
  "multilabel_soft_margin_loss",
  ([x, y, weight], _, { weighted }) => {
    const loss = m.neg(m.add(m.mul(y, logOfLogistic(x)), m.mul(m.sub(1, y), logOfLogistic(m.neg(x)))));
    return m.mean(weighted ? m.mul(loss, weight) : loss, [x.rank - 1]);
  },
);

/** The binary cross-entropy of each class's score, averaged over the classes, of scores [N, C]. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: ReductionOptions & { readonly weight?: Tensor | null } = {},
): Tensor {
  const { weight = null, reduction = "mean" } = keywords<ReductionOptions & { readonly weight?: Tensor | null }>(
    ["weight", "reduction"],
    [options],
  );
  checkComposedReduction(reduction);
  requireTensors("multilabel_soft_margin_loss", [input, target]);
  if (input.ndim === 0) throw new ShapeError("Dimension specified as -1 but tensor has no dimensions");
  return call(softMarginOp, weight === null ? [input, target] : [input, target, weight], [], {
    reduction,
    weighted: weight !== null,
  });
}
