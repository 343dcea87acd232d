import { isFloat } from "../../dtype/dtype.ts";
import { ShapeError, ValueError } from "../../errors.ts";
import { keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { pow } from "../elementwise/power.ts";
import { toDtype } from "../shape/convert.ts";
import { stack } from "../shape/join.ts";
import { onesLike, zeros } from "./fill.ts";

/** The parameters of `vander`, by name. */
export interface VanderOptions {
  /** The number of columns; default as many as there are elements. */
  readonly N?: number | null;
  /** Whether powers grow from left to right; default false. */
  readonly increasing?: boolean;
}

/**
 * Powers of the elements of x [n] as columns, [n, N]: from the highest to the 0th; of integers int64.
 *
 * @param N the number of columns; default n.
 * @param increasing from the 0th power up instead; default false.
 * @throws ShapeError where `x` does not have one dimension; ValueError for a negative `N`.
 * @example torch.vander(torch.tensor([1, 2, 3])) // [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
 */
export function vander(x: Tensor, N?: number | null | VanderOptions, increasing?: boolean | VanderOptions): Tensor {
  const given = keywords<VanderOptions>(["N", "increasing"], [N, increasing]);
  if (x.ndim !== 1) throw new ShapeError("x must be a one-dimensional tensor.");
  const count = given.N ?? x.shape[0];
  if (count < 0) throw new ValueError("N must be non-negative.");
  const base = isFloat(x.dtype) ? x : toDtype(x, "int64");
  if (count === 0) return zeros([x.shape[0], 0], { dtype: base.dtype, device: x.device });
  const powers = Array.from({ length: count }, (_, k) => (k === 0 ? onesLike(base) : k === 1 ? base : pow(base, k)));
  return stack(given.increasing ? powers : powers.reverse(), -1);
}
