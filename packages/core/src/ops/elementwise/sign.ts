import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { commonDtype, mixed, refuseBool, requireFloat, type TensorOrScalar, unary } from "./operands.ts";

const absOp = unary("abs", m.abs);

/** Absolute value; the gradient at 0 is 0. @throws DTypeError for bool. */
export function abs(input: Tensor): Tensor {
  refuseBool("abs_cpu", input.dtype);
  return absOp(input);
}

/** -1, 0 or 1; 0 for NaN. */
export const sign = unary("sign", (x) => (x.dtype === "bool" ? m.or(x, x) : m.sign(x)));

/** The angle of a number in the complex plane: π of negative ones, 0 of others, NaN of NaN. Integers give floats. */
export const angle = unary(
  "angle",
  (t) => {
    const x = m.toFloat(t);
    return m.where(m.isNan(x), x, m.where(m.lt(x, 0), Math.PI, m.zerosLike(x)));
  },
  { derivative: (g) => m.zerosLike(g) },
);

/** Whether the sign bit is set, which it is for -0 too. bool. */
export const signbit = unary("signbit", (x) => m.lt(x.isFloat ? m.copysign(1, x) : x, 0));

const copysignOp = mixed("copysign", ([a, b]) => m.copysign(a, b), {
  gradName: (form) => `CopysignBackward${form === "tt" ? 0 : 1}`,
  derivative: ({ operand, output, grad, needs }) => {
    if (!needs(0)) return [null, null];
    const x = operand(0);
    return [m.mul(grad, m.where(m.eq(x, 0), 0, m.div(output(), x))), null];
  },
});

/**
 * The magnitude of `input` with the sign of `other` (of -0 too). Shapes broadcast; integers give floats.
 *
 * @example
 * torch.copysign(torch.tensor([1, 2]), torch.tensor([-0, 3])); // tensor([-1.,  2.])
 */
export function copysign(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return copysignOp([input, other]);
}

const heavisideOp = mixed("heaviside", ([x, value]) =>
  m.where(m.eq(x, 0), value, m.where(m.gt(x, 0), m.constantLike(x, 1), m.constantLike(x, 0))),
);

/**
 * 0 for negative elements (and NaN), 1 for positive ones, `values` for zeros. Shapes broadcast.
 *
 * @throws DTypeError for different dtypes.
 */
export function heaviside(input: Tensor, values: Tensor): Tensor {
  if (input.dtype !== values.dtype)
    throw new DTypeError("heaviside is not yet implemented for tensors with different dtypes.");
  return heavisideOp([input, values]);
}

const nextafterOp = mixed("nextafter", ([a, b]) => m.nextafter(a, b), { half: "keep", derivative: () => [null, null] });

/** The next representable number after `input` towards `other`. Shapes broadcast. @throws DTypeError for integers. */
export function nextafter(input: Tensor, other: Tensor): Tensor {
  const dtype = commonDtype(input, other);
  requireFloat("nextafter_cpu", dtype);
  return nextafterOp([input, other]);
}

const ldexpOp = mixed("ldexp", ([x, exponent]) => m.mul(x, m.pow(2, m.toFloat(exponent))), {
  gradName: "MulBackward0",
  half: "keep",
});

/** input · 2^other. Shapes broadcast; integers and bool give floats. */
export function ldexp(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return ldexpOp([input, other]);
}
