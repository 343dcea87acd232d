import { isFloat } from "../../dtype/dtype.ts";
import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, scalarKind } from "../../runtime/scalar.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { commonDtype, isBoolean, mixed, type TensorOrScalar, unary } from "./operands.ts";

/** Options of `add`, `sub` and `rsub`. */
export interface AlphaOptions {
  /** Factor of `other` (of `input` in `rsub`); default 1. */
  readonly alpha?: Scalar;
}

/** a ± alpha · b in the dtype of a and b: the factor takes no part in promotion. */
const scaled =
  (sign: (alpha: Term) => Term) =>
  ([a, b, alpha]: readonly Term[]): Term => {
    const [x, y] = m.together(a, b);
    return m.fma(sign(m.cast(alpha, y.dtype)), y, x);
  };
const plus = scaled((alpha) => alpha);
const minus = scaled(m.neg);

const addOp = mixed("add", ([a, b]) => m.add(a, b));
const addScaledOp = mixed("add", plus);
const subOp = mixed("sub", ([a, b]) => m.sub(a, b));
const subScaledOp = mixed("sub", minus);
const rsubName = (form: string): string => (form[0] === "s" ? "RsubBackward1" : "RsubBackward0");
const rsubOp = mixed("rsub", ([a, b]) => m.sub(a, b), { gradName: rsubName });
const rsubScaledOp = mixed("rsub", minus, { gradName: rsubName });
const mulOp = mixed("mul", ([a, b]) => m.mul(a, b));

/** @throws DTypeError where PyTorch refuses the factor for the result's dtype. */
function checkAlpha(alpha: Scalar, input: TensorOrScalar, other: TensorOrScalar): void {
  const dtype = commonDtype(input, other);
  if (typeof alpha === "boolean" && dtype !== "bool")
    throw new DTypeError("Boolean alpha only supported for Boolean results.");
  if (!isFloat(dtype) && scalarKind(alpha) === "float")
    throw new DTypeError("For integral input tensors, argument alpha must not be a floating point number.");
}

/** @throws DTypeError where an operand of a difference is bool. */
export function checkSubtraction(input: TensorOrScalar, other: TensorOrScalar): void {
  if (isBoolean(input) && isBoolean(other))
    throw new DTypeError(
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
    );
  if (isBoolean(input) || isBoolean(other))
    throw new DTypeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
    );
}

/**
 * input + alpha · other. Shapes broadcast, dtypes promote.
 *
 * @throws DTypeError for a fractional `alpha` with an integer result; ShapeError for shapes that do not broadcast.
 * @example
 * torch.add(torch.tensor([1, 2]), 10, { alpha: 2 }); // tensor([21., 22.])
 */
export function add(input: TensorOrScalar, other: TensorOrScalar, options: AlphaOptions = {}): Tensor {
  requireNames(options, ["alpha"]);
  const { alpha } = options;
  if (alpha === undefined) return addOp([input, other]);
  checkAlpha(alpha, input, other);
  return addScaledOp([input, other, alpha]);
}

/**
 * input - alpha · other. Shapes broadcast, dtypes promote.
 *
 * @throws DTypeError for bool operands, or for a fractional `alpha` with an integer result.
 * @example
 * torch.sub(torch.tensor([1, 2]), torch.tensor([0.5])); // tensor([0.5000, 1.5000])
 */
export function sub(input: TensorOrScalar, other: TensorOrScalar, options: AlphaOptions = {}): Tensor {
  requireNames(options, ["alpha"]);
  checkSubtraction(input, other);
  const { alpha } = options;
  if (alpha === undefined) return subOp([input, other]);
  checkAlpha(alpha, input, other);
  return subScaledOp([input, other, alpha]);
}

/**
 * other - alpha · input: subtraction with its operands exchanged, as in `1 - x`.
 *
 * @throws DTypeError as `sub` does.
 * @example
 * torch.rsub(torch.tensor([1, 2]), 1); // tensor([ 0., -1.])
 */
export function rsub(input: TensorOrScalar, other: TensorOrScalar, options: AlphaOptions = {}): Tensor {
  requireNames(options, ["alpha"]);
  checkSubtraction(input, other);
  const { alpha } = options;
  if (alpha === undefined) return rsubOp([other, input]);
  checkAlpha(alpha, input, other);
  return rsubScaledOp([other, input, alpha]);
}

/**
 * input · other, elementwise. Shapes broadcast, dtypes promote.
 *
 * @example
 * torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]])); // tensor([[10., 20.], [20., 40.]])
 */
export function mul(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return mulOp([input, other]);
}

const negative = unary("neg", m.neg);

/** -input. @throws DTypeError for bool. */
export function neg(input: Tensor): Tensor {
  if (input.dtype === "bool")
    throw new DTypeError(
      "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
    );
  return negative(input);
}

/** `input` itself. @throws DTypeError for bool. */
export function positive(input: Tensor): Tensor {
  if (input.dtype === "bool") throw new DTypeError("The `+` operator, on a bool tensor is not supported.");
  return input;
}
