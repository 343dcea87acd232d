import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { floorDivide, remainder } from "../elementwise/division.ts";

/**
 * Positions in the row-major order of a shape as positions along each of its dimensions: tensors of the shape of `indices`. A
 * position beyond the shape's number of elements begins again at 0 along the first dimension, as in PyTorch.
 *
 * @throws DTypeError for floats or booleans; ValueError for a negative size.
 * @example
 * const [row, column] = torch.unravelIndex(x.argmax(), x.shape);
 */
export function unravelIndex(indices: Tensor, shape: number | readonly number[]): Tensor[] {
  if (isFloat(indices.dtype) || indices.dtype === "bool")
    throw new DTypeError(`expected 'indices' to be an integer, but got ${pytorchName(indices.dtype)}`);
  const sizes = typeof shape === "number" ? [shape] : shape;
  if (sizes.some((size) => !(size >= 0)))
    throw new ValueError(`'shape' cannot have negative values, but got (${sizes.join(", ")})`);
  const out: Tensor[] = [];
  let rest = indices;
  for (const size of [...sizes].reverse()) {
    out.unshift(remainder(rest, size));
    rest = floorDivide(rest, size);
  }
  return out;
}
