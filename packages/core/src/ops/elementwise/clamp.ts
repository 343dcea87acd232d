import { isFloat } from "../../dtype/dtype.ts";
import { ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { FloatScalar, isScalar, type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { mixed, type TensorOrScalar } from "./operands.ts";

/** Bounds of `clamp`; a missing (or null) one does not bound. */
export interface ClampOptions {
  readonly min?: TensorOrScalar | null;
  readonly max?: TensorOrScalar | null;
}

interface Bounds {
  readonly low: boolean;
  readonly high: boolean;
  /** Whether its only bound is the number NaN, which does not bound. */
  readonly open: boolean;
  readonly [name: string]: unknown;
}

const clampOp = mixed<Bounds>(
  "clamp",
  (operands, { low, high, open }) => {
    if (open) return operands[0];
    const [x, ...bounds] = m.together(...operands);
    const above = low ? m.maximum(x, bounds[0]) : x;
    return high ? m.minimum(above, bounds[bounds.length - 1]) : above;
  },
  {
    gradName: (form) => (form.includes("t", 1) ? "ClampBackward0" : "ClampBackward1"),
    derivative: ({ operand, grad, needs, attributes }) => {
      const x = operand(0);
      const low = attributes.low ? operand(1) : null;
      const high = attributes.high ? operand(low ? 2 : 1) : null;
      const both = (a: Term | null, b: Term | null): Term => (a && b ? m.and(a, b) : (a ?? b ?? m.eq(x, x)));
      const inside = both(low && m.ge(x, low), high && m.le(x, high));
      const gradients: (Term | null)[] = [m.where(inside, grad, 0)];
      if (low && needs(1)) {
        const below = m.lt(x, low);
        gradients[1] = m.where(high ? m.and(m.lt(low, high), below) : below, grad, 0);
      }
      if (high && needs(low ? 2 : 1)) {
        const above = m.gt(x, high);
        gradients[low ? 2 : 1] = m.where(low ? m.or(m.lt(high, low), above) : above, grad, 0);
      }
      return gradients;
    },
  },
);

const isOptions = (x: unknown): x is ClampOptions =>
  typeof x === "object" && x !== null && !(x instanceof Tensor) && !(x instanceof FloatScalar);

/**
 * Each element limited to [min, max]: numbers or tensors that broadcast. NaN stays; where min > max the result is max.
 *
 * @param min lower bound, or `{ min, max }`.
 * @throws ValueError if neither bound is given.
 * @example
 * torch.clamp(torch.tensor([-2, 0.5, 2]), -1, 1); // tensor([-1.0000,  0.5000,  1.0000])
 * torch.clamp(torch.tensor([-2, 2]), { min: 0 }); // tensor([0., 2.])
 */
export function clamp(input: Tensor, min?: TensorOrScalar | ClampOptions | null, max?: TensorOrScalar | null): Tensor {
  if (isOptions(min)) return clamp(input, min.min ?? null, max ?? min.max);
  const low = min ?? null;
  const high = max ?? null;
  if (low === null && high === null)
    throw new ValueError("torch.clamp: At least one of 'min' or 'max' must not be None");
  const bounds = [low, high].filter((bound) => bound !== null);
  const open = bounds.length === 1 && isScalar(bounds[0]) && Number.isNaN(toNumber(bounds[0]));
  return clampOp([input, ...bounds], { low: low !== null, high: high !== null, open });
}

const overload = (form: string): number => (form === "tt" ? 1 : 0);

const clampMinOp = mixed("clamp_min", ([x, low]) => m.maximum(x, low), {
  gradName: (form) => `ClampMinBackward${overload(form)}`,
  derivative: ({ operand, grad, needs }) => [
    m.where(m.ge(operand(0), operand(1)), grad, 0),
    needs(1) ? m.where(m.lt(operand(0), operand(1)), grad, 0) : null,
  ],
});

const clampMaxOp = mixed("clamp_max", ([x, high]) => m.minimum(x, high), {
  gradName: (form) => `ClampMaxBackward${overload(form)}`,
  derivative: ({ operand, grad, needs }) => [
    m.where(m.le(operand(0), operand(1)), grad, 0),
    needs(1) ? m.where(m.gt(operand(0), operand(1)), grad, 0) : null,
  ],
});

/** Each element, at least `min`: a number, or a tensor that broadcasts. NaN stays. */
export function clampMin(input: Tensor, min: TensorOrScalar): Tensor {
  return clampMinOp([input, min]);
}

/** Each element, at most `max`: a number, or a tensor that broadcasts. NaN stays. */
export function clampMax(input: Tensor, max: TensorOrScalar): Tensor {
  return clampMaxOp([input, max]);
}

/** What replaces special values in `nanToNum`. */
export interface NanToNumOptions {
  /** Default 0. */
  readonly nan?: Scalar | null;
  /** Default: the largest finite value of the dtype. */
  readonly posinf?: Scalar | null;
  /** Default: the smallest finite value of the dtype. */
  readonly neginf?: Scalar | null;
}

interface Replaced {
  readonly nan: boolean;
  readonly posinf: boolean;
  readonly neginf: boolean;
  readonly [name: string]: unknown;
}

/** Scalars: those replacements that were given, in the order nan, posinf, neginf. */
const nanToNumOp = operation<Replaced>(
  "nan_to_num",
  ([x], given, { nan, posinf, neginf }) => {
    if (!x.isFloat) return m.where(m.eq(x, x), x, x);
    const { max } = m.finfoOf(x.dtype);
    const replacements = [...given].reverse();
    const take = (isGiven: boolean, otherwise: number): Term =>
      (isGiven ? replacements.pop() : undefined) ?? m.constantLike(x, otherwise);
    const [forNaN, forPositive, forNegative] = [take(nan, 0), take(posinf, max), take(neginf, -max)].map((t) =>
      m.cast(t, x.dtype),
    );
    const finite = m.where(
      m.eq(x, Number.POSITIVE_INFINITY),
      forPositive,
      m.where(m.eq(x, Number.NEGATIVE_INFINITY), forNegative, x),
    );
    return m.where(m.isNan(x), forNaN, finite);
  },
  {
    gradName: "NanToNumBackward0",
    half: "keep",
    derivative: ({ grad, input }) => [m.where(m.lt(m.abs(input(0)), Number.POSITIVE_INFINITY), grad(), 0)],
  },
);

/**
 * Replaces NaN and infinities. Integers stay as they are.
 *
 * @param nan the number for NaN, or `{ nan, posinf, neginf }`.
 * @example
 * torch.nanToNum(torch.tensor([NaN, 1, Infinity]), { posinf: 9 }); // tensor([0., 1., 9.])
 */
export function nanToNum(
  input: Tensor,
  nan?: Scalar | NanToNumOptions | null,
  posinf?: Scalar | null,
  neginf?: Scalar | null,
): Tensor {
  if (typeof nan === "object" && nan !== null && !(nan instanceof FloatScalar))
    return nanToNum(input, nan.nan, nan.posinf, nan.neginf);
  const isGiven = (x: Scalar | null | undefined): x is Scalar => x !== undefined && x !== null;
  const float = isFloat(input.dtype);
  return call(nanToNumOp, [input], float ? [nan, posinf, neginf].filter(isGiven) : [], {
    nan: float && isGiven(nan),
    posinf: float && isGiven(posinf),
    neginf: float && isGiven(neginf),
  });
}
