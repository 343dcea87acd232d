import { isFloat } from "../../dtype/dtype.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { float } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuseBool, requireFloat, unary } from "./operands.ts";

const floorOp = unary("floor", m.floor);
const ceilOp = unary("ceil", m.ceil);
const truncOp = unary("trunc", m.trunc);
const roundOp = unary("round", m.round);
const fracOp = unary("frac", (x) => m.sub(x, m.trunc(x)), { derivative: (g) => g });

/** Rounds down; integers stay. @throws DTypeError for bool. */
export function floor(input: Tensor): Tensor {
  refuseBool("floor_vml_cpu", input.dtype);
  return floorOp(input);
}

/** Rounds up; integers stay. @throws DTypeError for bool. */
export function ceil(input: Tensor): Tensor {
  refuseBool("ceil_vml_cpu", input.dtype);
  return ceilOp(input);
}

/** Rounds towards zero; integers stay. @throws DTypeError for bool. */
export function trunc(input: Tensor): Tensor {
  refuseBool("trunc_vml_cpu", input.dtype);
  return truncOp(input);
}

/** The part after the point, with the input's sign: input - trunc(input). @throws DTypeError for integers. */
export function frac(input: Tensor): Tensor {
  requireFloat("frac_cpu", input.dtype);
  return fracOp(input);
}

/** Options of `round`. */
export interface RoundOptions {
  /** Digits after the point; negative ones count before it. Default 0. */
  readonly decimals?: number;
}

/** The scalar is 10 to the number of digits. */
const roundDecimalsOp = operation<{ before: boolean }>(
  "round",
  ([x], [power], { before }) => {
    const scale = m.cast(power, x.dtype);
    return before ? m.mul(m.round(m.div(x, scale)), scale) : m.div(m.round(m.mul(x, scale)), scale);
  },
  { gradName: "RoundBackward1", derivative: () => [null] },
);

/**
 * Rounds to the nearest integer, halves to the even one.
 *
 * @throws DTypeError for bool, and for integers with `decimals`.
 * @example
 * torch.round(torch.tensor([0.5, 1.5, 2.5])); // tensor([0., 2., 2.])
 * torch.round(torch.tensor([0.1234]), { decimals: 2 }); // tensor([0.1200])
 */
export function round(input: Tensor, options: RoundOptions = {}): Tensor {
  requireNames(options, ["decimals"]);
  const { decimals } = options;
  refuseBool("round_vml_cpu", input.dtype);
  if (decimals === 0) requireFloat("round_vml_cpu", input.dtype);
  if (decimals === undefined || decimals === 0) return roundOp(input);
  if (!isFloat(input.dtype)) requireFloat("round_cpu", input.dtype);
  return call(roundDecimalsOp, [input], [float(10 ** Math.abs(decimals))], { before: decimals < 0 });
}
