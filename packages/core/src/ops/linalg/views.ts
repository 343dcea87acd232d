/** What `torch.linalg` has under names of `torch`, with other defaults. */
import { isFloat } from "../../dtype/dtype.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { ones } from "../creation/fill.ts";
import { cumprod } from "../scan/scan.ts";
import { toDtype } from "../shape/convert.ts";
import { expand } from "../shape/expand.ts";
import { cat } from "../shape/join.ts";
import { reshape, unsqueeze } from "../shape/reshape.ts";
import { diagonal } from "../shape/triangle.ts";

/** Keyword arguments of `linalg.diagonal`. */
export interface DiagonalOptions {
  /** Default 0. */
  readonly offset?: number;
  /** Default -2. */
  readonly dim1?: number;
  /** Default -1. */
  readonly dim2?: number;
}

/** `torch.linalg.diagonal`: the diagonals of matrices [*, m, n], a view. */
export function linalgDiagonal(A: Tensor, options: DiagonalOptions = {}): Tensor {
  requireNames(options, ["offset", "dim1", "dim2"]);
  const { offset = 0, dim1 = -2, dim2 = -1 } = options;
  return diagonal(A, offset, dim1, dim2);
}

/**
 * `torch.linalg.vander`: powers 0 … N - 1 of the elements of x [*, n], [*, n, N]; of integers int64.
 *
 * @param options `N`: how many powers; default n.
 * @throws DTypeError for bool, ValueError for an `N` below 2.
 */
export function linalgVander(x: Tensor, options: { readonly N?: number | null } = {}): Tensor {
  requireNames(options, ["N"]);
  if (x.dtype === "bool")
    throw new DTypeError("linalg.vander supports floating point, complex, and integer tensors, but got Bool");
  const vector = x.ndim === 0 ? reshape(x, [1]) : x;
  const count = options.N ?? vector.shape[vector.ndim - 1];
  if (count <= 1) throw new ValueError("N must be greater than 1.");
  const dtype = isFloat(x.dtype) ? x.dtype : "int64";
  const factors = expand(unsqueeze(toDtype(vector, dtype), -1), [...vector.shape, count - 1]);
  return cat([ones([...vector.shape, 1], { dtype, device: x.device }), cumprod(factors, -1)], -1);
}
