/** Rectifiers and their exponential relatives. */
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuseBool, requireFloat, unary } from "../elementwise/operands.ts";

const reluOp = unary("relu", (x) => m.maximum(x, 0), {
  derivative: (g, _, y) => m.where(m.le(y(), 0), 0, g),
  linked: true,
});

/**
 * max(input, 0); NaN stays. The gradient at 0 is 0.
 *
 * @throws DTypeError for bool.
 * @example
 * torch.relu(torch.tensor([-1, 2])); // tensor([0., 2.])
 */
export function relu(input: Tensor): Tensor {
  if (input.dtype === "bool") throw new DTypeError("Boolean inputs not supported for relu");
  return reluOp(input);
}

/** Klambauer et al., "Self-Normalizing Neural Networks". */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

const seluOp = unary(
  "selu",
  (x) => m.where(m.gt(x, 0), m.mul(x, seluScale), m.mul(m.expm1(m.negativePart(x)), seluAlpha * seluScale)),
  {
    gradName: "EluBackward0",
    // exp of the input, not the result plus a constant: that would cancel for large negative inputs.
    slope: (x) => m.where(m.gt(x, 0), seluScale, m.mul(m.exp(m.negativePart(x)), seluAlpha * seluScale)),
  },
);

/**
 * scale · (max(0, x) + min(0, alpha · (exp(x) - 1))) with the constants that keep mean 0 and variance 1.
 *
 * @throws DTypeError for integers.
 */
export function selu(input: Tensor): Tensor {
  requireFloat("elu_cpu", input.dtype);
  return seluOp(input);
}

/** x / alpha where x is not positive, else 0. */
const celuExponent = (x: Term, inverse: Term): Term => m.mul(m.negativePart(x), inverse);

/** Scalars: alpha, 1 / alpha, and that of the nearest float32, which PyTorch's derivative takes. */
const celuOp = operation(
  "celu",
  ([x], [alpha, inverse]) => m.where(m.gt(x, 0), x, m.mul(m.expm1(celuExponent(x, inverse)), alpha)),
  {
    gradName: "CeluBackward0",
    slope: ([x], [alpha, , inverse]) =>
      m.where(
        m.gt(x, 0),
        1,
        m.mul(m.mul(m.cast(inverse, x.dtype), m.cast(alpha, x.dtype)), m.exp(celuExponent(x, inverse))),
      ),
  },
);

/** The parameter of `celu`, by name. */
export interface CeluOptions {
  /** Default 1. */
  readonly alpha?: Scalar;
}

/**
 * max(0, x) + min(0, alpha · (exp(x / alpha) - 1)): ELU whose slope is continuous for every alpha.
 *
 * @param alpha default 1; may be given by name, as `{ alpha }`.
 * @throws ValueError for alpha = 0; DTypeError for integers.
 */
export function celu(input: Tensor, alpha?: Scalar | CeluOptions): Tensor {
  const { alpha: scale = 1 } = keywords<CeluOptions>(["alpha"], [alpha]);
  if (toNumber(scale) === 0) throw new ValueError("ZeroDivisionError: alpha cannot be 0 for CELU");
  requireFloat("elu_cpu", input.dtype);
  return call(celuOp, [input], [scale, 1 / toNumber(scale), 1 / Math.fround(toNumber(scale))]);
}

/** A weight per channel (dimension 1), or one for all, in the shape that broadcasts to the input's. */
const channelShape = (x: Term, weight: Term): number[] =>
  weight.numel === 1 ? [] : x.shape.map((size, d) => (d === 1 ? size : 1));

const preluOp = operation(
  "prelu",
  ([x, weight]) => m.where(m.gt(x, 0), x, m.mul(m.reshape(weight, channelShape(x, weight)), x)),
  {
    derivative: ({ grad, input, needs }) => {
      const [x, weight] = [input(0), input(1)];
      const shape = channelShape(x, weight);
      const positive = m.gt(x, 0);
      return [
        needs(0) ? m.where(positive, grad(), m.mul(m.reshape(weight, shape), grad())) : null,
        needs(1) ? m.reshape(m.sumTo(m.where(positive, 0, m.mul(x, grad())), shape), weight.shape) : null,
      ];
    },
  },
);

/**
 * x where positive, else weight · x.
 *
 * @param input [N, C, …]
 * @param weight [1], or [C]: a slope for each channel.
 * @throws ShapeError where the number of slopes is neither 1 nor C.
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  if (input.dtype !== weight.dtype)
    throw new DTypeError(`prelu: Type promoting not supported. Got ${input.dtype} and ${weight.dtype}`);
  if (weight.numel() !== 1) {
    if (input.ndim === 0) throw new ShapeError("Not allow zero-dim input tensor.");
    const channels = input.ndim > 1 ? input.shape[1] : 1;
    if (channels !== weight.numel())
      throw new ShapeError(
        `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.numel()} and channel size = ${channels}.`,
      );
  }
  if (weight.ndim > 1)
    throw new ShapeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got ndim = ${weight.ndim}`);
  requireFloat("prelu_cpu", input.dtype);
  return call(preluOp, [input, weight]);
}

/** Scalars: the threshold and the value. */
const thresholdOp = operation(
  "threshold",
  ([x], [threshold, value]) => m.where(m.le(x, m.cast(threshold, x.dtype)), m.cast(value, x.dtype), x),
  { derivative: ({ grad, input, scalar }) => [m.where(m.le(input(0), scalar(0)), 0, grad())], linked: true },
);

/** x where it is above `threshold` (or NaN), else `value`. @throws DTypeError for bool. */
export function threshold(input: Tensor, threshold: Scalar, value: Scalar): Tensor {
  refuseBool("threshold_cpu", input.dtype);
  return call(thresholdOp, [input], [threshold, value]);
}

const hardshrinkOp = operation("hardshrink", ([x], [lambda]) => m.where(within(x, lambda), 0, x), {
  linked: true,
  derivative: ({ grad, input, scalar }) => {
    const x = input(0);
    // Not the complement of `within`: the gradient at NaN is 0.
    return [m.where(m.or(m.lt(x, m.neg(scalar(0))), m.gt(x, scalar(0))), grad(), 0)];
  },
});

function within(x: Term, bound: Term): Term {
  return m.and(m.ge(x, m.neg(bound)), m.le(x, bound));
}

/** The parameter of `hardshrink`, by name. */
export interface HardshrinkOptions {
  /** Default 0.5. */
  readonly lambd?: Scalar;
}

/**
 * x where |x| > lambd (or NaN), else 0.
 *
 * @param lambd default 0.5; may be given by name, as `{ lambd }`.
 * @throws DTypeError for integers.
 */
export function hardshrink(input: Tensor, lambd?: Scalar | HardshrinkOptions): Tensor {
  const { lambd: bound = 0.5 } = keywords<HardshrinkOptions>(["lambd"], [lambd]);
  requireFloat("hardshrink_cpu", input.dtype);
  return call(hardshrinkOp, [input], [bound]);
}
