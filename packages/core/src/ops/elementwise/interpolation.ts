import { typeName } from "../../dtype/pytorch-name.ts";
import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fitted } from "../creation/fill.ts";
import { refuseIntegerQuotient } from "./division.ts";
import { commonDtype, isBoolean, mixed, refuse, requireFloat, type TensorOrScalar } from "./operands.ts";

const lerpOp = mixed(
  "lerp",
  ([a, b, weight]) => {
    const [start, end] = m.together(a, b);
    const w = m.cast(weight, start.dtype);
    const distance = m.sub(end, start);
    // From the nearer end, so that a weight of 1 gives `end` exactly.
    const near = m.fma(w, distance, start);
    const far = m.fma(m.neg(distance), m.sub(1, w), end);
    return m.where(m.lt(m.abs(w), 0.5), near, far);
  },
  {
    gradName: (form) => (form === "ttt" ? "LerpBackward1" : "LerpBackward0"),
    derivative: ({ operand, grad, needs }) => [
      needs(0) ? m.mul(grad, m.sub(1, operand(2))) : null,
      needs(1) ? m.mul(grad, operand(2)) : null,
      needs(2) ? m.mul(grad, m.sub(operand(1), operand(0))) : null,
    ],
  },
);

/**
 * input + weight · (end - input). Shapes broadcast; `weight` is a number or a tensor.
 *
 * @throws DTypeError for integers, or for tensors of different dtypes.
 * @example
 * torch.lerp(torch.tensor([0, 10]), torch.tensor([10, 20]), 0.5); // tensor([ 5., 15.])
 */
export function lerp(input: Tensor, end: Tensor, weight: TensorOrScalar): Tensor {
  for (const [name, x] of Object.entries({ end, weight })) {
    if (typeof x === "object" && "dtype" in x && x.dtype !== input.dtype)
      throw new DTypeError(
        `expected dtype ${typeName(input.dtype)} for \`${name}\` but got dtype ${typeName(x.dtype)}`,
      );
  }
  requireFloat("lerp_kernel_scalar", input.dtype);
  return lerpOp([input, end, weight]);
}

/** Options of `addcmul` and `addcdiv`. */
export interface ValueOptions {
  /** Factor of the product or quotient; default 1. */
  readonly value?: Scalar;
}

const addcmulOp = operation(
  "addcmul",
  ([input, a, b], [value]) => {
    const [x, y, z] = m.together(input, a, b);
    return m.fma(m.mul(m.cast(value, x.dtype), y), z, x);
  },
  {
    derivative: ({ grad, input, scalar, needs }) => [
      grad(),
      needs(1) ? m.mul(grad(), m.mul(input(2), scalar(0))) : null,
      needs(2) ? m.mul(grad(), m.mul(input(1), scalar(0))) : null,
    ],
  },
);

const addcdivOp = operation(
  "addcdiv",
  ([input, a, b], [value]) => {
    const [x, y, z] = m.together(input, a, b);
    return m.add(x, m.div(m.mul(m.cast(value, x.dtype), y), z));
  },
  {
    derivative: ({ grad, input, scalar, needs }) => {
      const divisor = input(2);
      return [
        grad(),
        needs(1) ? m.mul(grad(), m.div(m.cast(scalar(0), divisor.dtype), divisor)) : null,
        needs(2) ? m.mul(m.neg(grad()), m.div(m.mul(input(1), scalar(0)), m.mul(divisor, divisor))) : null,
      ];
    },
  },
);

/**
 * input + value · tensor1 · tensor2. Shapes broadcast, dtypes promote.
 *
 * @example
 * torch.addcmul(torch.tensor([1]), torch.tensor([2]), torch.tensor([3]), { value: 10 }); // tensor([61.])
 */
export function addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, options: ValueOptions = {}): Tensor {
  requireNames(options, ["value"]);
  if ([input, tensor1, tensor2].every(isBoolean)) refuse("addcmul_cpu_out", "bool");
  const value = fitted(options.value ?? 1, commonDtype(input, tensor1, tensor2));
  return call(addcmulOp, [input, tensor1, tensor2], [value]);
}

/**
 * input + value · tensor1 / tensor2. Shapes broadcast, dtypes promote.
 *
 * @throws DTypeError where both `tensor1` and `tensor2` are integers.
 */
export function addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, options: ValueOptions = {}): Tensor {
  requireNames(options, ["value"]);
  refuseIntegerQuotient(tensor1, tensor2);
  return call(addcdivOp, [input, tensor1, tensor2], [options.value ?? 1]);
}
