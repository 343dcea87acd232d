import { AutogradError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { isGradEnabled } from "../../runtime/mode.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { mixed, type TensorOrScalar } from "../elementwise/operands.ts";

/** B₂ⱼ / (2j)! of j from 1 on. */
const bernoulli = (): number[] => [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];

/**
 * Σ (q + k)^-s of q > 0 and s > 1, by Euler's and Maclaurin's formula from the tenth term on. The terms before are a sum over a
 * dimension: written out, ten powers are more than compilers for GPUs are made for.
 */
function hurwitz(s: Term, q: Term): Term {
  const d = q.rank;
  const k = m.cast(m.iota([...q.shape, 10], d), q.dtype);
  const first = m.sum(m.pow(m.add(m.unsqueeze(q, d), k), m.unsqueeze(m.neg(s), d)), [d]);
  const w = m.add(q, 10);
  const last = m.pow(w, m.neg(s));
  let sum = m.add(first, m.add(m.div(m.mul(last, w), m.sub(s, 1)), m.mul(last, 0.5)));
  let factor = m.mul(last, m.div(s, w));
  for (const [j, b] of bernoulli().entries()) {
    sum = m.add(sum, m.mul(factor, b));
    const next = m.mul(m.add(s, 2 * j + 1), m.add(s, 2 * j + 2));
    factor = m.div(m.mul(factor, next), m.mul(w, w));
  }
  return sum;
}

/** The same of any q: of a negative one, where s is a whole number, with the finite sum of its negative terms. */
function zetaOf(first: Term, second: Term): Term {
  const [s, q] = m.together(m.toFloat(first), m.toFloat(second));
  const inRange = m.gt(s, 1);
  const order = m.where(inRange, s, 2);
  const whole = m.eq(m.floor(q), q);
  const negative = m.and(m.le(q, 0), m.not(whole));
  // q + n with n the number of negative terms, which are those of 1 - that, up to -q.
  const rest = m.where(negative, m.sub(q, m.floor(q)), m.where(m.gt(q, 0), q, 1));
  const positive = hurwitz(order, rest);
  const other = m.where(negative, m.sub(1, rest), 1);
  const finite = m.sub(hurwitz(order, other), hurwitz(order, m.where(negative, m.sub(1, q), 1)));
  const odd = m.ne(m.mul(m.floor(m.div(s, 2)), 2), s);
  const reflected = m.add(positive, m.where(odd, m.neg(finite), finite));
  const ofNegative = m.where(m.eq(m.floor(s), s), reflected, Number.NaN);
  const regular = m.where(m.gt(q, 0), positive, m.where(whole, Number.POSITIVE_INFINITY, ofNegative));
  const value = m.where(inRange, regular, m.where(m.eq(s, 1), Number.POSITIVE_INFINITY, Number.NaN));
  return m.where(m.or(m.isNan(s), m.isNan(q)), Number.NaN, value);
}

const zetaOp = mixed("special_zeta", ([s, q]) => zetaOf(s, q), {
  derivative: ({ operand, grad, needs }) => {
    const s = operand(0);
    return [null, needs(1) ? m.mul(grad, m.mul(m.neg(s), zetaOf(m.add(s, 1), operand(1)))) : null];
  },
});

/**
 * Hurwitz' zeta function, Σ (other + k)^-input over k ≥ 0; Riemann's, where `other` is 1. Shapes broadcast; one of the two may be a
 * number. Infinite for input 1 and for `other` 0, -1, -2 …; NaN for an input below 1.
 *
 * @throws AutogradError where `input` requires grad: there is a derivative with respect to `other` only, as in PyTorch.
 * @example torch.special.zeta(torch.tensor([2]), 1) // tensor([1.6449])
 */
export function zeta(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  if (isGradEnabled() && input instanceof Tensor && input.requiresGrad)
    throw new AutogradError("the derivative for 'special_zeta: self' is not implemented.");
  return zetaOp([input, other]);
}
