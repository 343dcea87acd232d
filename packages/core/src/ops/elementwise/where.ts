import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { nonzero } from "../sort/nonzero.ts";
import { mixed, type TensorOrScalar } from "./operands.ts";

/** `x.where(condition, other)`: `x` where `condition` holds, else `other`. */
export function keepWhere(input: Tensor, condition: Tensor, other: TensorOrScalar): Tensor {
  return where(condition, input, other);
}

const mask = (condition: Term): Term => (condition.dtype === "bool" ? condition : m.ne(condition, 0));

const whereOp = mixed("where", ([condition, a, b]) => m.where(mask(condition), a, b), {
  half: "keep",
  derivative: ({ operand, grad, needs }) => {
    const condition = mask(operand(0));
    return [null, needs(1) ? m.where(condition, grad, 0) : null, needs(2) ? m.where(condition, 0, grad) : null];
  },
});

/**
 * `input` where `condition` holds, else `other`; each may be a number. Shapes broadcast, dtypes promote.
 *
 * With a condition only: the positions where it is not zero, one vector for each dimension, as
 * `nonzero(condition, { asTuple: true })` gives them. How many there are depends on values, so they are awaited.
 *
 * @param condition bool (or uint8, as masks once were).
 * @throws DTypeError for a condition of another dtype.
 * @example
 * const x = torch.tensor([-1, 2]);
 * torch.where(x.gt(0), x, 0); // tensor([0., 2.])
 */
export function where(condition: Tensor): Promise<Tensor[]>;
export function where(condition: Tensor, input: TensorOrScalar, other: TensorOrScalar): Tensor;
export function where(condition: Tensor, input?: TensorOrScalar, other?: TensorOrScalar): Tensor | Promise<Tensor[]> {
  if (input === undefined && other === undefined) return nonzero(condition, { asTuple: true });
  if (input === undefined || other === undefined)
    throw new ValueError("where(): give both `input` and `other`, or neither");
  if (condition.dtype !== "bool" && condition.dtype !== "uint8")
    throw new DTypeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${pytorchName(condition.dtype)}`,
    );
  return whereOp([condition, input, other]);
}
