/** Functions that drop values at random in training, or are random otherwise. */

import { assign, call, exponential_, operation, requireTensors, type Term, toNumber } from "@cresset/core/extend";
import {
  bernoulli,
  defaultGenerator,
  empty,
  emptyLike,
  type Generator,
  type GeneratorOption,
  type Scalar,
  ShapeError,
  squeeze,
  type Tensor,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";

export { rrelu } from "@cresset/core/functions";

/** The parameters of the dropout functions, by name. */
export interface DropoutOptions extends GeneratorOption {
  /** Probability of dropping a value (or a channel). */
  readonly p?: Scalar;
  /** Whether anything is dropped at all; the default is the function's. */
  readonly training?: boolean;
  /** Writes the result into the input; default false. */
  readonly inplace?: boolean;
}

type DropoutArguments = readonly [
  p: Scalar | DropoutOptions | undefined,
  training: boolean | DropoutOptions | undefined,
  inplace: boolean | DropoutOptions | undefined,
  options: DropoutOptions | undefined,
];

interface Parameters extends GeneratorOption {
  readonly p: number;
  readonly training: boolean;
  readonly inplace: boolean;
}

function parametersOf(given: DropoutArguments, training: boolean): Parameters {
  const named = keywords<DropoutOptions>(["p", "training", "inplace", "generator"], given);
  const p = toNumber(named.p ?? 0.5);
  if (!(p >= 0 && p <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`);
  return { p, training: named.training ?? training, inplace: named.inplace ?? false, generator: named.generator };
}

/** What a kept element is multiplied by, 1 / keep, and a dropped one, 0, in a dtype. */
function factors(kept: Term, keep: Term, dtype: Term["dtype"]): Term {
  return m.div(m.cast(kept, dtype), m.cast(keep, dtype));
}

const scaleKept = operation("dropout", ([x, kept], [keep]) => m.mul(x, factors(kept, keep, x.dtype)), {
  gradName: "MulBackward0",
  derivative: (ctx) => {
    const grad = ctx.grad();
    return [m.mul(grad, factors(ctx.input(1), ctx.scalar(0), grad.dtype)), null];
  },
});

const dropAll = operation("dropout", ([x]) => m.mul(x, 0), { gradName: "MulBackward0" });

/** x · (a · kept) + (a · alpha · (kept - 1) + a · alpha · p): dropped ones become -alpha, then mean and variance are restored. */
const scaleAndShiftKept = operation(
  "alpha_dropout",
  ([x, mask], [a, slope, offset]) => {
    const kept = m.cast(mask, x.dtype);
    return m.add(m.mul(x, m.mul(kept, a)), m.add(m.mul(m.sub(kept, 1), slope), offset));
  },
  {
    gradName: "AddBackward0",
    derivative: (ctx) => {
      const grad = ctx.grad();
      return [m.mul(grad, m.mul(m.cast(ctx.input(1), grad.dtype), ctx.scalar(0))), null];
    },
  },
);

/** The negative saturation value of SELU, scale · alpha (Klambauer et al., "Self-Normalizing Neural Networks"). */
const seluSaturation = 1.7580993408473766;

type Unit = "element" | "channel";

/** Ones for what is kept and zeros for what is dropped: of each element, or of each channel [N, C, 1, …]. */
function keptUnits(input: Tensor, unit: Unit, keep: number, generator: Generator = defaultGenerator): Tensor {
  const { shape } = input;
  if (unit === "channel" && shape.length < 2)
    throw new ShapeError("Feature dropout requires at least 2 dimensions in the input");
  const units = unit === "element" ? shape : shape.map((n, d) => (d < 2 ? n : 1));
  return bernoulli(empty(units, { dtype: "bool", device: input.device }), keep, { generator });
}

function drop(input: Tensor, unit: Unit, { p, training, inplace, generator }: Parameters): Tensor {
  requireTensors("dropout", [input]);
  if (p === 0 || !training || input.numel() === 0) return input;
  const result =
    p === 1
      ? call(dropAll, [input])
      : call(scaleKept, [input, keptUnits(input, unit, 1 - p, generator ?? undefined)], [1 - p]);
  return inplace ? assign(input, result, "dropout_") : result;
}

function dropAlpha(input: Tensor, unit: Unit, { p, training, inplace, generator }: Parameters): Tensor {
  if (p === 0 || !training || input.numel() === 0) return input;
  const a = 1 / Math.sqrt((seluSaturation * seluSaturation * p + 1) * (1 - p));
  const slope = seluSaturation * a;
  const result =
    p === 1
      ? call(dropAll, [input])
      : call(scaleAndShiftKept, [input, keptUnits(input, unit, 1 - p, generator ?? undefined)], [a, slope, slope * p]);
  return inplace ? assign(input, result, "alpha_dropout_") : result;
}

/**
 * In training, makes each element zero with probability `p` and multiplies the others by 1 / (1 - p); otherwise returns
 * the input itself.
 *
 * @param input any shape, floating. Parameters may also be given by name in an options object, with a `generator`.
 * @param p default 0.5
 * @param training default true
 * @param inplace writes into `input`; default false
 * @throws ValueError where p is outside [0, 1].
 * @example
 * F.dropout(x, 0.1, this.training);
 * F.dropout(x, { p: 0.1, training: this.training });
 */
export function dropout(
  input: Tensor,
  p?: Scalar | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
  options?: DropoutOptions,
): Tensor {
  return drop(input, "element", parametersOf([p, training, inplace, options], true));
}

/**
 * Like `dropout`, but whole channels are dropped.
 *
 * @param input [N, C, L] or [C, L]
 * @throws ShapeError for other ranks; ValueError where p is outside [0, 1].
 */
export function dropout1d(
  input: Tensor,
  p?: Scalar | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
  options?: DropoutOptions,
): Tensor {
  const parameters = parametersOf([p, training, inplace, options], true);
  const rank = input.ndim;
  if (rank !== 2 && rank !== 3) {
    throw new ShapeError(
      `dropout1d: Expected 2D or 3D input, but received a ${rank}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`,
    );
  }
  return dropUnbatched(input, rank === 3, parameters);
}

/**
 * Like `dropout`, but whole channels are dropped. As in PyTorch, [N, C, L] counts as a batch.
 *
 * @param input [N, C, H, W]
 * @throws ShapeError for less than two dimensions; ValueError where p is outside [0, 1].
 */
export function dropout2d(
  input: Tensor,
  p?: Scalar | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
  options?: DropoutOptions,
): Tensor {
  return drop(input, "channel", parametersOf([p, training, inplace, options], true));
}

/**
 * Like `dropout`, but whole channels are dropped.
 *
 * @param input [N, C, D, H, W] or [C, D, H, W]
 * @throws ValueError where p is outside [0, 1].
 */
export function dropout3d(
  input: Tensor,
  p?: Scalar | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
  options?: DropoutOptions,
): Tensor {
  return dropUnbatched(input, input.ndim === 5, parametersOf([p, training, inplace, options], true));
}

/** Drops channels of one sample as of a batch of one. */
function dropUnbatched(input: Tensor, batched: boolean, parameters: Parameters): Tensor {
  if (batched) return drop(input, "channel", parameters);
  const dropped = squeeze(drop(unsqueeze(input, 0), "channel", { ...parameters, inplace: false }), 0);
  return parameters.inplace ? assign(input, dropped, "dropout_") : dropped;
}

/**
 * Dropout for networks of SELUs: dropped elements become SELU's lower limit, and the result is scaled and shifted so that
 * mean and variance stay.
 *
 * @param input any shape, floating
 * @param p default 0.5
 * @param training default false
 * @param inplace writes into `input`; default false
 * @throws ValueError where p is outside [0, 1].
 */
export function alphaDropout(
  input: Tensor,
  p?: Scalar | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
  options?: DropoutOptions,
): Tensor {
  return dropAlpha(input, "element", parametersOf([p, training, inplace, options], false));
}

/**
 * `alphaDropout` of whole channels.
 *
 * @param input [N, C, …]
 * @param p default 0.5
 * @param training default false
 * @param inplace writes into `input`; default false
 * @throws ShapeError for less than two dimensions; ValueError where p is outside [0, 1].
 */
export function featureAlphaDropout(
  input: Tensor,
  p?: Scalar | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
  options?: DropoutOptions,
): Tensor {
  return dropAlpha(input, "channel", parametersOf([p, training, inplace, options], false));
}

/** The parameters of `gumbelSoftmax`, by name. */
export interface GumbelSoftmaxOptions extends GeneratorOption {
  /** Temperature; default 1. */
  readonly tau?: Scalar;
  /** Returns one-hot rows whose gradient is that of the soft ones; default false. */
  readonly hard?: boolean;
  /** Not used, as in PyTorch. */
  readonly eps?: number;
  /** The dimension that sums to 1; default -1. */
  readonly dim?: number;
}

interface GumbelAttributes extends Readonly<Record<string, unknown>> {
  readonly dim: number;
}

/** softmax((logits - log e) / tau): minus the logarithm of an exponential number is a Gumbel number. */
function perturbedSoftmax(logits: Term, exponentials: Term, tau: Term, dim: number): Term {
  const x = m.div(m.add(logits, m.neg(m.log(exponentials))), tau);
  const e = m.exp(m.sub(x, m.amax(x, [dim], true)));
  return m.div(e, m.sum(e, [dim], true));
}

function softmaxDerivative(y: Term, grad: Term, tau: Term, dim: number): Term {
  const weighted = m.mul(grad, y);
  return m.div(m.sub(weighted, m.mul(y, m.sum(weighted, [dim], true))), tau);
}

const gumbelSoft = operation<GumbelAttributes>(
  "gumbel_softmax",
  ([logits, exponentials], [tau], { dim }) => perturbedSoftmax(logits, exponentials, tau, dim),
  {
    gradName: "SoftmaxBackward0",
    derivative: (ctx) => [softmaxDerivative(ctx.output(), ctx.grad(), ctx.scalar(0), ctx.attributes.dim), null],
  },
);

/** The one-hot rows, and the soft ones for the derivative. */
const gumbelHard = operation<GumbelAttributes>(
  "gumbel_softmax",
  ([logits, exponentials], [tau], { dim }) => {
    const soft = perturbedSoftmax(logits, exponentials, tau, dim);
    const place = m.broadcastTo(m.unsqueeze(m.argmax(soft, [dim]), dim), soft.shape);
    const hard = m.cast(m.eq(m.iota(soft.shape, dim), place), soft.dtype);
    return [m.add(m.sub(hard, soft), soft), soft];
  },
  {
    gradName: "AddBackward0",
    derivative: (ctx) => [softmaxDerivative(ctx.output(1), ctx.grad(0), ctx.scalar(0), ctx.attributes.dim), null],
  },
);

/**
 * Samples of the Gumbel-softmax distribution: nearly one-hot vectors that can be differentiated with respect to the
 * logits (Jang et al. 2016).
 *
 * @param logits unnormalised log probabilities [*, classes]. Parameters may also be given by name in an options object.
 * @param tau temperature; default 1
 * @param hard one-hot results; default false
 * @param eps not used, as in PyTorch
 * @param dim default -1
 * @returns of the logits' shape; sums to 1 along `dim`.
 * @example F.gumbelSoftmax(logits, { tau: 0.5, hard: true })
 */
export function gumbelSoftmax(
  logits: Tensor,
  tau?: Scalar | GumbelSoftmaxOptions,
  hard?: boolean | GumbelSoftmaxOptions,
  eps?: number | GumbelSoftmaxOptions,
  dim?: number | GumbelSoftmaxOptions,
  options?: GumbelSoftmaxOptions,
): Tensor {
  const named = keywords<GumbelSoftmaxOptions>(
    ["tau", "hard", "eps", "dim", "generator"],
    [tau, hard, eps, dim, options],
  );
  const rank = logits.ndim;
  const wanted = named.dim ?? -1;
  const dims = Math.max(rank, 1);
  if (wanted < -dims || wanted >= dims) {
    const range = `[${-dims}, ${dims - 1}]`;
    throw new ShapeError(`Dimension out of range (expected to be in range of ${range}, but got ${wanted})`);
  }
  const along = wanted < 0 ? wanted + rank : wanted;
  if (rank === 0) return squeeze(gumbelSoftmax(unsqueeze(logits, 0), { ...named, dim: 0 }), 0);
  const exponentials = exponential_(emptyLike(logits), { generator: named.generator });
  const operands = [logits, exponentials];
  const op = named.hard ? gumbelHard : gumbelSoft;
  return call(op, operands, [named.tau ?? 1], { dim: along });
}
