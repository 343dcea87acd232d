import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { commonDtype, mixed, requireFloat, type TensorOrScalar, unary } from "./operands.ts";

/** e to the power of each element. Integers give floats, as in all functions of this kind. */
export const exp = unary("exp", m.exp);

/** 2 to the power of each element. */
export const exp2 = unary("exp2", m.exp2);

/** exp(input) - 1, accurate near 0. */
export const expm1 = unary("expm1", m.expm1);

/** Natural logarithm; NaN for negative numbers. */
export const log = unary("log", m.log);

/** log(1 + input), accurate near 0. */
export const log1p = unary("log1p", m.log1p);

/** Logarithm to base 2. */
export const log2 = unary("log2", m.log2);

/** Logarithm to base 10. */
export const log10 = unary("log10", m.log10);

/** A base's power and logarithm, and its natural logarithm. */
interface Base {
  readonly power: (x: Term) => Term;
  readonly log: (x: Term) => Term;
  readonly ln: number;
}

const natural: Base = { power: m.exp, log: m.log, ln: 1 };
const binary: Base = { power: m.exp2, log: m.log2, ln: Math.LN2 };

/** max(a, b) + log(1 + base^-|a - b|), exact where both are the same infinity. */
function logSumOfTwo(a: Term, b: Term, { power, log, ln }: Base): Term {
  const [x, y] = m.together(a, b);
  const ratio = power(m.neg(m.abs(m.sub(x, y))));
  // Rounded as PyTorch rounds it, but for ratios that vanish beside 1.
  const rest = m.where(m.lt(ratio, 2 ** -10), m.div(m.log1p(ratio), ln), log(m.add(1, ratio)));
  return m.where(m.and(m.isInfinite(x), m.eq(x, y)), x, m.add(m.maximum(x, y), rest));
}

/** The share of each operand in the sum: 1 / (1 + base^(other - own)). */
const shares =
  (power: (x: Term) => Term) =>
  ({ operand, grad, needs }: { operand(i: number): Term; readonly grad: Term; needs(i: number): boolean }) =>
    [0, 1].map((i) => (needs(i) ? m.div(grad, m.add(1, power(m.sub(operand(1 - i), operand(i))))) : null));

const logaddexpOp = mixed("logaddexp", ([a, b]) => logSumOfTwo(a, b, natural), { derivative: shares(m.exp) });
const logaddexp2Op = mixed("logaddexp2", ([a, b]) => logSumOfTwo(a, b, binary), { derivative: shares(m.exp2) });

/**
 * log(exp(input) + exp(other)) without overflow. Shapes broadcast.
 *
 * @throws DTypeError for integers.
 * @example
 * torch.logaddexp(torch.tensor([1000]), torch.tensor([1000])); // tensor([1000.6931])
 */
export function logaddexp(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  requireFloat("logaddexp_cpu", commonDtype(input, other));
  return logaddexpOp([input, other]);
}

/** log2(2^input + 2^other) without overflow. Shapes broadcast. @throws DTypeError for integers. */
export function logaddexp2(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  requireFloat("logaddexp2_cpu", commonDtype(input, other));
  return logaddexp2Op([input, other]);
}

/** NaN where y is; 0 where x is 0; else x · log(y). */
function xTimesLog(x: Term, y: Term): Term {
  return m.where(m.isNan(y), y, m.where(m.eq(x, 0), 0, m.mul(x, m.log(y))));
}

const xlogyName = (form: string): string => `XlogyBackward${form === "tt" ? 0 : form === "st" ? 1 : 2}`;

const xlogyOp = mixed(
  "xlogy",
  ([a, b]) => {
    const [x, y] = m.floats(a, b);
    return xTimesLog(x, y);
  },
  {
    gradName: xlogyName,
    derivative: ({ operand, grad, needs }) => {
      const [x, y] = m.floats(operand(0), operand(1));
      // Of a number, NaN counts as not positive.
      const nothing = operand(1).weak ? m.not(m.gt(y, 0)) : m.le(y, 0);
      // A gradient of 0 has a derivative of its own, log(y), but where that is not finite.
      const finite = m.and(m.gt(y, 0), m.lt(y, Number.POSITIVE_INFINITY));
      const times = m.where(finite, m.mul(grad, m.log(m.where(finite, y, 1))), xTimesLog(grad, y));
      return [
        needs(0) ? m.where(m.and(m.eq(x, 0), nothing), 0, times) : null,
        needs(1) ? m.div(m.mul(grad, x), y) : null,
      ];
    },
  },
);

/**
 * input · log(other), 0 where `input` is 0 and NaN where `other` is NaN. Shapes broadcast; integers give floats.
 *
 * @example
 * torch.xlogy(torch.tensor([0, 1]), torch.tensor([0, Math.E])); // tensor([0., 1.])
 */
export function xlogy(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return xlogyOp([input, other]);
}

const logOdds = (z: Term): Term => m.log(m.div(z, m.sub(1, z)));

const logitOp = operation("logit", ([x]) => logOdds(m.toFloat(x)), {
  gradName: "LogitBackward0",
  derivative: ({ grad, input }) => {
    const x = input(0);
    const outside = m.or(m.lt(x, 0), m.gt(x, 1));
    return [m.where(outside, Number.NaN, m.div(grad(), m.mul(x, m.sub(1, x))))];
  },
});

/** Scalars: eps and 1 - eps. */
const clampedLogitOp = operation(
  "logit",
  ([input], [low, high]) => {
    const x = m.toFloat(input);
    return logOdds(m.where(m.lt(x, low), low, m.where(m.gt(x, high), high, x)));
  },
  {
    gradName: "LogitBackward0",
    derivative: ({ grad, input, scalar }) => {
      const x = input(0);
      const inside = m.and(m.ge(x, scalar(0)), m.le(x, scalar(1)));
      return [m.where(inside, m.div(grad(), m.mul(x, m.sub(1, x))), 0)];
    },
  },
);

/** Options of `logit`. */
export interface LogitOptions {
  /** Clamps the input to [eps, 1 - eps]. Default: none, and what lies outside [0, 1] gives NaN. */
  readonly eps?: Scalar | null;
}

/**
 * log(input / (1 - input)), the inverse of `sigmoid`.
 *
 * @param eps a number, or `{ eps }`.
 * @example
 * torch.logit(torch.tensor([0, 0.5]), 1e-6); // tensor([-13.8155,   0.0000])
 */
export function logit(input: Tensor, eps?: Scalar | LogitOptions | null): Tensor {
  const bound = typeof eps === "object" && eps !== null && "eps" in eps ? eps.eps : (eps as Scalar | null | undefined);
  if (bound === undefined || bound === null) return call(logitOp, [input]);
  const low = toNumber(bound);
  return call(clampedLogitOp, [input], [low, 1 - low]);
}
