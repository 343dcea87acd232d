import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { float, type Scalar, scalarKind, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { inPlace } from "../../tensor/inplace.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { logicalOr } from "./logical.ts";
import { commonDtype, mixed, refuse, refuseBool, type TensorOrScalar, unary } from "./operands.ts";

/** Square root. Integers give floats; negative numbers NaN. */
export const sqrt = unary("sqrt", m.sqrt);

/** 1 / sqrt(input). Integers give floats. */
export const rsqrt = unary("rsqrt", (x) => m.div(1, m.sqrt(x)), {
  derivative: (g, _, y) => m.mul(m.mul(-0.5, g), m.mul(m.mul(y(), y()), y())),
});

/** 1 / input. Integers give floats. */
export const reciprocal = unary("reciprocal", m.reciprocal, {
  derivative: (g, _, y) => m.mul(m.neg(g), m.mul(y(), y())),
});

/** Exponents that are part of a program's structure; every other number is an argument. */
const special: ReadonlySet<number> = new Set([-1, -0.5, 0, 0.5, 1, 2, 3]);

/** x to a known exponent, without a general power where there is a shorter way. */
function knownPower(x: Term, exponent: number): Term {
  switch (exponent) {
    case -2:
      return m.div(1, m.mul(x, x));
    case -1:
      return m.div(1, x);
    case -0.5:
      return m.div(1, m.sqrt(x));
    case 0:
      return m.constantLike(x, 1);
    case 0.5:
      return m.sqrt(x);
    case 1:
      return x;
    case 2:
      return m.mul(x, x);
    case 3:
      return m.mul(m.mul(x, x), x);
    default:
      return m.pow(x, exponent);
  }
}

interface KnownExponent {
  readonly exponent: number;
  /** How it promotes. */
  readonly kind: "bool" | "int" | "float";
  readonly [name: string]: unknown;
}

const knownPowerOp = operation<KnownExponent>(
  "pow",
  ([x], _, { exponent, kind }) => {
    const promoted = kind === "float" ? m.toFloat(x) : kind === "int" && x.dtype === "bool" ? m.cast(x, "int64") : x;
    return knownPower(promoted, exponent);
  },
  {
    gradName: "PowBackward0",
    derivative: ({ grad, input, attributes: { exponent } }) => {
      if (exponent === 0) return [null];
      return [m.mul(grad(), m.mul(exponent, knownPower(input(0), exponent - 1)))];
    },
  },
);

/** Scalars: the exponent, and the exponent less one, which only the derivative reads. */
const scalarPowerOp = operation("pow", ([x], [exponent]) => m.pow(x, exponent), {
  gradName: "PowBackward0",
  derivative: ({ grad, input, scalar }) => [m.mul(grad(), m.mul(scalar(0), m.pow(input(0), scalar(1))))],
});

const powerOp = mixed("pow", ([x, exponent]) => m.pow(x, exponent), {
  gradName: (form) => (form === "tt" ? "PowBackward1" : "PowBackward2"),
  derivative: ({ grad, operand, output, needs }) => {
    const x = operand(0);
    const exponent = operand(1);
    const zeroPower = m.and(m.eq(x, 0), m.ge(exponent, 0));
    return [
      needs(0) ? m.where(m.eq(exponent, 0), 0, m.mul(grad, m.mul(exponent, m.pow(x, m.sub(exponent, 1))))) : null,
      needs(1) ? m.mul(grad, m.where(zeroPower, 0, m.mul(output(), m.log(m.cast(x, output().dtype))))) : null,
    ];
  },
});

/**
 * input to the power `exponent`, elementwise; either may be a number. Shapes broadcast, dtypes promote.
 *
 * @throws ValueError for an integer tensor to a negative integer number.
 * @example
 * torch.pow(torch.tensor([1, 2, 3]), 2); // tensor([1., 4., 9.])
 * torch.pow(2, torch.tensor([1, 2, 3])); // tensor([2., 4., 8.])
 */
export function pow(input: TensorOrScalar, exponent: TensorOrScalar): Tensor {
  const dtype = commonDtype(input, exponent);
  if (input instanceof Tensor && !(exponent instanceof Tensor)) {
    if (!isFloat(dtype) && toNumber(exponent) < 0)
      throw new ValueError("Integers to negative integer powers are not allowed.");
    return scalarPower(input, exponent);
  }
  if (dtype === "bool") {
    // PyTorch has no power of bool, but 1 to any power is 1 before it looks for one.
    if (exponent instanceof Tensor && !(input instanceof Tensor) && toNumber(input) === 1)
      return logicalOr(exponent, true);
    refuse("pow", dtype);
  }
  return powerOp([input, exponent]);
}

function scalarPower(input: Tensor, exponent: Scalar): Tensor {
  const value = toNumber(exponent);
  const kind = scalarKind(exponent);
  if (kind === "bool") refuseBool("pow", input.dtype);
  if (special.has(value)) return call(knownPowerOp, [input], [], { exponent: value, kind });
  return call(scalarPowerOp, [input], [exponent, kind === "float" ? float(value - 1) : value - 1]);
}

/** other to the power `input`: `pow` with its operands exchanged, as in `2 ** x`. */
export function rpow(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return pow(other, input);
}

/** input · input. */
export function square(input: Tensor): Tensor {
  return pow(input, 2);
}

/**
 * Powers computed in float64, whatever the dtypes.
 *
 * @example torch.floatPower(torch.tensor([2n]), 0.5) // tensor([1.4142], dtype=torch.float64)
 */
export function floatPower(input: TensorOrScalar, exponent: TensorOrScalar): Tensor {
  const wide = (x: TensorOrScalar): TensorOrScalar => (x instanceof Tensor ? x.to("float64") : x);
  return pow(wide(input), wide(exponent));
}

const floatPowerInPlace = inPlace("floatPower_", floatPower as (input: Tensor, exponent: TensorOrScalar) => Tensor);

/** `floatPower` into the tensor itself. @throws DTypeError unless its dtype is float64. */
export function floatPower_(input: Tensor, exponent: TensorOrScalar): Tensor {
  if (input.dtype !== "float64")
    throw new DTypeError(
      `the base given to float_power_ has dtype ${pytorchName(input.dtype)} but the operation's result requires dtype Double`,
    );
  return floatPowerInPlace(input, exponent);
}
