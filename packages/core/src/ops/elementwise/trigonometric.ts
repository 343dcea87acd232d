import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { commonDtype, mixed, requireFloat, type TensorOrScalar, unary } from "./operands.ts";

/** Sine of angles in radians. Integers give floats, as in all functions of this kind. */
export const sin = unary("sin", m.sin);
export const cos = unary("cos", m.cos);
export const tan = unary("tan", m.tan);

/** Arc sine; NaN outside [-1, 1]. */
export const asin = unary("asin", m.asin);

/** Arc cosine; NaN outside [-1, 1]. */
export const acos = unary("acos", m.acos);
export const atan = unary("atan", m.atan);
export const sinh = unary("sinh", m.sinh);
export const cosh = unary("cosh", m.cosh);
export const asinh = unary("asinh", m.asinh);

/** Inverse hyperbolic cosine; NaN below 1. */
export const acosh = unary("acosh", m.acosh);

/** Inverse hyperbolic tangent; NaN outside [-1, 1]. */
export const atanh = unary("atanh", m.atanh);

/** Degrees to radians. */
export const deg2rad = unary("deg2rad", (x) => m.mul(m.toFloat(x), Math.PI / 180));

/** Radians to degrees. */
export const rad2deg = unary("rad2deg", (x) => m.mul(m.toFloat(x), 180 / Math.PI));

/** sin(πx) / (πx), 1 at 0. */
export const sinc = unary(
  "sinc",
  (input) => {
    const x = m.toFloat(input);
    const angle = m.mul(x, Math.PI);
    return m.where(m.eq(angle, 0), 1, m.div(m.sin(angle), angle));
  },
  {
    derivative: (g, input) => {
      const x = input();
      const angle = m.mul(x, Math.PI);
      const squared = m.mul(m.mul(x, x), Math.PI);
      const slope = m.div(m.sub(m.mul(angle, m.cos(angle)), m.sin(angle)), squared);
      return m.where(m.eq(squared, 0), 0, m.mul(g, slope));
    },
  },
);

const atan2Op = mixed("atan2", ([y, x]) => m.atan2(y, x), {
  derivative: ({ operand, grad, needs }) => {
    const y = operand(0);
    const x = operand(1);
    const scale = m.reciprocal(m.add(m.mul(y, y), m.mul(x, x)));
    return [needs(0) ? m.mul(m.mul(grad, x), scale) : null, needs(1) ? m.mul(m.mul(grad, m.neg(y)), scale) : null];
  },
});

/**
 * Angle of the point (other, input) in (-π, π]. Shapes broadcast; integers give floats.
 *
 * @example
 * torch.atan2(torch.tensor([1, -1]), torch.tensor([0, 0])); // tensor([ 1.5708, -1.5708])
 */
export function atan2(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return atan2Op([input, other]);
}

/** sqrt(a² + b²) as larger · sqrt(1 + (smaller / larger)²), which neither overflows nor underflows. */
function hypotenuse(a: Term, b: Term): Term {
  const x = m.abs(a);
  const y = m.abs(b);
  const larger = m.maximum(x, y);
  const ratio = m.div(m.minimum(x, y), larger);
  const length = m.mul(larger, m.sqrt(m.add(1, m.mul(ratio, ratio))));
  const infinite = m.or(m.eq(x, Number.POSITIVE_INFINITY), m.eq(y, Number.POSITIVE_INFINITY));
  return m.where(infinite, Number.POSITIVE_INFINITY, m.where(m.eq(larger, 0), larger, length));
}

const hypotOp = mixed(
  "hypot",
  ([a, b]) => {
    const [x, y] = m.together(a, b);
    return hypotenuse(x, y);
  },
  {
    derivative: ({ operand, output, grad, needs }) =>
      [0, 1].map((i) => (needs(i) ? m.mul(grad, m.div(operand(i), output())) : null)),
  },
);

/** sqrt(input² + other²) without overflow. Shapes broadcast. @throws DTypeError for integers. */
export function hypot(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  requireFloat("hypot_cpu", commonDtype(input, other));
  return hypotOp([input, other]);
}
