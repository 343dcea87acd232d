import * as m from "../../graph/math.ts";
import type { Attributes } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type MixedContext, mixed, type TensorOrScalar } from "./operands.ts";

/** Half to each where the operands are equal; to both where one is NaN, which neither comparison rules out. */
const shared =
  (loses: (own: Term, other: Term) => Term) =>
  ({ operand, grad, needs }: MixedContext<Attributes>): (Term | null)[] => {
    const a = operand(0);
    const b = operand(1);
    const part = m.where(m.eq(a, b), m.div(grad, 2), grad);
    return [needs(0) ? m.where(loses(a, b), 0, part) : null, needs(1) ? m.where(loses(b, a), 0, part) : null];
  };

/** All to `input` where it wins, is equal, or `other` is NaN; else to `other`. */
const divided =
  (wins: (own: Term, other: Term) => Term) =>
  ({ operand, grad, needs }: MixedContext<Attributes>): (Term | null)[] => {
    const a = operand(0);
    const b = operand(1);
    const first = m.or(wins(a, b), m.isNan(b));
    return [needs(0) ? m.where(first, grad, 0) : null, needs(1) ? m.where(first, 0, grad) : null];
  };

/** The other operand where one is NaN. */
const ignoringNaN =
  (choose: (a: Term, b: Term) => Term) =>
  ([a, b]: readonly Term[]): Term => {
    const [x, y] = m.together(a, b);
    return x.isFloat ? m.where(m.isNan(y), x, m.where(m.isNan(x), y, choose(x, y))) : choose(x, y);
  };

const maximumOp = mixed("maximum", ([a, b]) => m.maximum(a, b), { derivative: shared(m.lt) });
const minimumOp = mixed("minimum", ([a, b]) => m.minimum(a, b), { derivative: shared(m.gt) });
const fmaxOp = mixed("fmax", ignoringNaN(m.maximum), { derivative: divided(m.ge) });
const fminOp = mixed("fmin", ignoringNaN(m.minimum), { derivative: divided(m.le) });

/**
 * The larger element of each pair; NaN where either is NaN. Shapes broadcast. The gradient is shared evenly where the
 * elements are equal.
 *
 * @example
 * torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2])); // tensor([3., 5.])
 */
export function maximum(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return maximumOp([input, other]);
}

/** The smaller element of each pair; NaN where either is NaN. Shapes broadcast. */
export function minimum(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return minimumOp([input, other]);
}

/** The larger element of each pair; where one is NaN, the other one. Shapes broadcast. */
export function fmax(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return fmaxOp([input, other]);
}

/** The smaller element of each pair; where one is NaN, the other one. Shapes broadcast. */
export function fmin(input: TensorOrScalar, other: TensorOrScalar): Tensor {
  return fminOp([input, other]);
}
