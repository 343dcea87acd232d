import { isFloat } from "../../dtype/dtype.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { noGrad } from "../../runtime/mode.ts";
import { toNumber } from "../../runtime/scalar.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { mul } from "./arithmetic.ts";
import { commonDtype, mixed, refuseBool, type TensorOrScalar } from "./operands.ts";
import { reciprocal } from "./power.ts";

/** How a quotient becomes whole: not at all, towards zero, or down. */
export type RoundingMode = "trunc" | "floor" | null;

/** Options of `div`. */
export interface DivOptions {
  /** Default null: true division, whose result is a float. */
  readonly roundingMode?: RoundingMode;
}

const zeroDivision = "ZeroDivisionError";

/** Operands in one dtype and shape, integer divisors checked when the operation is evaluated. */
function operands(a: Term, b: Term): Term[] {
  const divisor = b.isFloat || b.weak ? b : m.check(b, m.ne(b, 0), { error: "ValueError", message: zeroDivision });
  return a.isFloat ? m.together(a, b) : m.together(a, divisor);
}

/** Whether a remainder has the other sign than its divisor. */
const oppositeSigns = (remainder: Term, divisor: Term): Term =>
  m.and(m.ne(remainder, 0), m.xor(m.lt(remainder, 0), m.lt(divisor, 0)));

/** Largest integer not above x / y; of floats by way of the exact remainder, as Python's `//` does. */
function floorQuotient(x: Term, y: Term): Term {
  if (!x.isFloat) {
    const quotient = m.rawDiv(x, y);
    return m.where(oppositeSigns(m.sub(x, m.mul(quotient, y)), y), m.sub(quotient, 1), quotient);
  }
  const remainder = m.fmod(x, y);
  const exact = m.div(m.sub(x, remainder), y);
  const lowered = m.where(oppositeSigns(remainder, y), m.sub(exact, 1), exact);
  const whole = m.floor(lowered);
  const rounded = m.where(m.gt(m.sub(lowered, whole), 0.5), m.add(whole, 1), whole);
  const plain = m.div(x, y);
  const signed = m.where(m.eq(lowered, 0), m.copysign(m.zerosLike(x), plain), rounded);
  return m.where(m.eq(y, 0), plain, signed);
}

function flooredRemainder(x: Term, y: Term): Term {
  const remainder = m.fmod(x, y);
  return m.where(oppositeSigns(remainder, y), m.add(remainder, y), remainder);
}

const divOp = mixed("div", ([a, b]) => m.div(a, b), {
  derivative: ({ operand, grad, needs }) => {
    const b = operand(1);
    return [needs(0) ? m.div(grad, b) : null, needs(1) ? m.mul(m.neg(grad), m.div(m.div(operand(0), b), b)) : null];
  },
});

const zeroGradient = { gradName: "DivBackward2", derivative: () => [null, null] };
const divFloorOp = mixed("div", ([a, b]) => floorQuotient(...pair(operands(a, b))), zeroGradient);
const divTruncOp = mixed(
  "div",
  ([a, b]) => {
    const [x, y] = operands(a, b);
    return x.isFloat ? m.trunc(m.div(x, y)) : m.rawDiv(x, y);
  },
  zeroGradient,
);

const pair = ([x, y]: readonly Term[]): [Term, Term] => [x, y];

const overload = (form: string): number => (form === "tt" ? 1 : 0);

const remainderOp = mixed("remainder", ([a, b]) => flooredRemainder(...pair(operands(a, b))), {
  gradName: (form) => `RemainderBackward${overload(form)}`,
  derivative: ({ operand, grad, needs }) => [
    grad,
    needs(1) ? m.mul(m.neg(grad), floorQuotient(...pair(m.together(operand(0), operand(1))))) : null,
  ],
});

const fmodOp = mixed("fmod", ([a, b]) => m.fmod(...pair(operands(a, b))), {
  gradName: (form) => `FmodBackward${overload(form)}`,
  derivative: ({ operand, grad, needs }) => [
    grad,
    needs(1) ? m.mul(m.neg(grad), m.trunc(m.div(operand(0), operand(1)))) : null,
  ],
});

/** @throws ValueError for an integer division by the number 0; DTypeError for a bool result. */
function checkWhole(kernel: string, input: TensorOrScalar, other: TensorOrScalar): void {
  const dtype = commonDtype(input, other);
  refuseBool(kernel, dtype);
  if (!isFloat(dtype) && !(other instanceof Tensor) && toNumber(other) === 0) throw new ValueError(zeroDivision);
}

/**
 * input / other. Shapes broadcast, dtypes promote. Without a rounding mode integers give floats; with one, the dtype is
 * the operands'.
 *
 * @throws ValueError "ZeroDivisionError" for an integer divided by zero in a rounding mode (floats give inf or nan).
 * @example
 * torch.div(torch.tensor([-7, 7]), 2, { roundingMode: "floor" }); // tensor([-4.,  3.])
 */
export function div(input: TensorOrScalar, other: TensorOrScalar, options: DivOptions = {}): Tensor {
  requireNames(options, ["roundingMode"]);
  const mode = options.roundingMode ?? null;
  if (mode === null) return divOp([input, other]);
  if (mode !== "floor" && mode !== "trunc")
    throw new ValueError(
      `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${String(mode)}'`,
    );
  checkWhole(`div_${mode}_cpu`, input, other);
  return (mode === "floor" ? divFloorOp : divTruncOp)([input, other]);
}

/**
 * other / input: division with its operands exchanged, as in `1 / x`. A number `other` is multiplied with the
 * reciprocal, as PyTorch's reflected operator does.
 *
 * @example
 * torch.rdiv(torch.tensor([2, 4]), 1); // tensor([0.5000, 0.2500])
 */
export function rdiv(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return input instanceof Tensor ? mul(reciprocal(input), other) : div(other, input);
}

/**
 * The quotient rounded down, in the operands' dtype. Not differentiable.
 *
 * @throws ValueError "ZeroDivisionError" for an integer divided by zero.
 */
export function floorDivide(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  checkWhole("div_floor_cpu", input, other);
  return noGrad(() => divFloorOp([input, other]));
}

/**
 * Python's modulus: the remainder has the divisor's sign.
 *
 * @throws ValueError "ZeroDivisionError" for an integer divided by zero.
 * @example
 * torch.remainder(torch.tensor([-3, 3]), 2); // tensor([1., 1.])
 */
export function remainder(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  checkWhole("remainder_cpu", input, other);
  return remainderOp([input, other]);
}

/** other % input: `remainder` with its operands exchanged. */
export function rmod(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return remainder(other, input);
}

/**
 * C's fmod: the remainder has the dividend's sign.
 *
 * @throws ValueError "ZeroDivisionError" for an integer divided by zero.
 * @example
 * torch.fmod(torch.tensor([-3, 3]), 2); // tensor([-1.,  1.])
 */
export function fmod(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  checkWhole("fmod_cpu", input, other);
  return fmodOp([input, other]);
}

/** @throws DTypeError for integers: PyTorch refuses integer quotients in `addcdiv`. */
export function refuseIntegerQuotient(tensor1: Tensor, tensor2: Tensor): void {
  if (!isFloat(tensor1.dtype) && !isFloat(tensor2.dtype))
    throw new DTypeError(
      "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. " +
        "The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as " +
        "(input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: " +
        "(input + value * tensor1 / tensor2), for all dtypes.",
    );
}
