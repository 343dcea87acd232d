import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Binary, commonDtype, mixed, refuseBool, refuseFloat, unary } from "./operands.ts";

const bitwise = (name: string, body: (a: Term, b: Term) => Term): Binary => {
  const op = mixed(name, ([a, b]) => body(a, b));
  return (input, other) => {
    refuseFloat(`${name}_cpu`, commonDtype(input, other));
    return op([input, other]);
  };
};

const shift = (name: string, kernel: string, body: (a: Term, b: Term) => Term): Binary => {
  const op = mixed(name, ([a, b]) => body(a, b));
  return (input, other) => {
    const dtype = commonDtype(input, other);
    refuseFloat(kernel, dtype);
    refuseBool(kernel, dtype);
    return op([input, other]);
  };
};

/** Bitwise and of integers, logical and of bool. Shapes broadcast. @throws DTypeError for floats. */
export const bitwiseAnd = bitwise("bitwise_and", m.and);
/** Bitwise or of integers, logical or of bool. @throws DTypeError for floats. */
export const bitwiseOr = bitwise("bitwise_or", m.or);
/** Bitwise exclusive or of integers, logical of bool. @throws DTypeError for floats. */
export const bitwiseXor = bitwise("bitwise_xor", m.xor);
/** input · 2^other, dropping the bits that do not fit. @throws DTypeError for floats and bool. */
export const bitwiseLeftShift = shift("bitwise_left_shift", "lshift_cpu", m.shl);
/** Arithmetic shift of signed integers to the right. @throws DTypeError for floats and bool. */
export const bitwiseRightShift = shift("bitwise_right_shift", "rshift_cpu", m.shr);

const bitwiseNotOp = unary("bitwise_not", m.not);

/** Every bit inverted; logical not of bool. @throws DTypeError for floats. */
export function bitwiseNot(input: Tensor): Tensor {
  refuseFloat("bitwise_not_cpu", input.dtype);
  return bitwiseNotOp(input);
}
