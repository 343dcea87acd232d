/** `torch.special`: functions under their names there; most are also in `torch`. */
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { add, sub } from "../elementwise/arithmetic.ts";
import { mixed, type TensorOrScalar, unary } from "../elementwise/operands.ts";
import { lgamma } from "../elementwise/special.ts";

export { sigmoid as expit } from "../activation/sigmoid.ts";
export { logSoftmax, softmax } from "../activation/softmax.ts";
export {
  i0 as modifiedBesselI0,
  i0,
  i0e,
  i1 as modifiedBesselI1,
  i1,
  i1e,
} from "../elementwise/bessel.ts";
export { exp2, expm1, log1p, logit, xlogy } from "../elementwise/exponential.ts";
export { igamma as gammainc, igammac as gammaincc } from "../elementwise/incomplete-gamma.ts";
export { round } from "../elementwise/rounding.ts";
export { digamma, digamma as psi, erf, erfc, erfinv, lgamma as gammaln, polygamma } from "../elementwise/special.ts";
export { sinc } from "../elementwise/trigonometric.ts";
export { logsumexp } from "../reduction/log-sum-exp.ts";
export { airyAi } from "./airy.ts";
export { besselJ0, besselJ1, besselY0, besselY1, sphericalBesselJ0 } from "./bessel.ts";
export {
  modifiedBesselK0,
  modifiedBesselK1,
  scaledModifiedBesselK0,
  scaledModifiedBesselK1,
} from "./bessel-modified.ts";
export { erfcx, logNdtr, ndtr, ndtri } from "./normal.ts";
export * from "./polynomials.ts";
export { zeta } from "./zeta.ts";

/** -x ln x: 0 at 0, -inf for negative numbers. */
export const entr = unary(
  "special_entr",
  (t) => {
    const x = m.toFloat(t);
    const inside = m.where(m.gt(x, 0), m.neg(m.mul(x, m.log(x))), 0);
    return m.where(m.isNan(x), x, m.where(m.lt(x, 0), Number.NEGATIVE_INFINITY, inside));
  },
  {
    derivative: (g, input) => m.mul(g, m.sub(m.neg(m.log(input())), 1)),
  },
);

function xTimesLog1p(x: Term, y: Term): Term {
  const [a, b] = m.together(x, y);
  return m.where(m.isNan(b), b, m.where(m.eq(a, 0), 0, m.mul(a, m.log1p(b))));
}

const xlog1pyOf = mixed(
  "special_xlog1py",
  ([x, y]) => xTimesLog1p(...(m.together(x, y).map(m.toFloat) as [Term, Term])),
  {
    derivative: ({ operand, grad, needs }) => {
      const [x, y] = [operand(0), operand(1)];
      const scaled = xTimesLog1p(grad, m.cast(y, grad.dtype));
      return [
        needs(0) ? m.where(m.and(m.eq(x, 0), m.le(y, -1)), 0, scaled) : null,
        needs(1) ? m.mul(grad, m.div(x, m.add(y, 1))) : null,
      ];
    },
  },
);

/** x · log(1 + y), 0 where x is 0; one of the two may be a number. */
export function xlog1py(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return xlog1pyOf([input, other]);
}

/**
 * The logarithm of the gamma function of `p` dimensions: ¼ p (p - 1) ln π + Σ lgamma(x - j / 2), j < p.
 *
 * @throws ValueError unless `p` is a positive integer.
 */
export function multigammaln(input: Tensor, p: number): Tensor {
  if (input.dtype === "bool") throw new DTypeError("The input tensor may not be a boolean tensor.");
  if (!Number.isInteger(p) || p < 1) throw new ValueError("p has to be greater than or equal to 1");
  let total = lgamma(input);
  for (let j = 1; j < p; j++) total = add(total, lgamma(sub(input, j / 2)));
  return add(total, (p * (p - 1) * Math.log(Math.PI)) / 4);
}
