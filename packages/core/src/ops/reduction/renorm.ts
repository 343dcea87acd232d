import { ShapeError, ValueError } from "../../errors.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { gt } from "../elementwise/comparison.ts";
import { rdiv } from "../elementwise/division.ts";
import { where } from "../elementwise/where.ts";
import { normalizeDim } from "../shape/dims.ts";
import { vectorNorm } from "./norm.ts";

/**
 * Shortens every slice along `dim` whose norm of order `p` is greater than `maxnorm` to that norm.
 *
 * @throws ShapeError for fewer than two dimensions; ValueError for an order that is not positive or a negative norm.
 * @example torch.renorm(torch.tensor([[3, 4], [0.3, 0.4]]), 2, 0, 1) // tensor([[0.6000, 0.8000], [0.3000, 0.4000]])
 */
export function renorm(input: Tensor, p: Scalar, dim: number, maxnorm: Scalar): Tensor {
  const greatest = toNumber(maxnorm);
  if (!(toNumber(p) > 0)) throw new ValueError("renorm: non-positive norm not supported");
  if (!(greatest >= 0)) throw new ValueError(`renorm: expected maxnorm to be >= 0 but got ${greatest}`);
  if (input.ndim < 2) throw new ShapeError(`renorm: input needs at least 2 dimensions, got ${input.ndim} dimensions`);
  const at = normalizeDim(dim, input.ndim);
  const others = input.shape.map((_, d) => d).filter((d) => d !== at);
  const length = vectorNorm(input, p, others, true);
  // PyTorch's small number, which keeps the quotient finite.
  return mul(input, where(gt(length, maxnorm), rdiv(add(length, 1e-7), maxnorm), 1));
}
