import type { DType } from "../../dtype/dtype.ts";
import { isHigherKind, promote } from "../../dtype/promotion.ts";
import { commonDtype, type TensorOrScalar } from "./operands.ts";

/**
 * The dtype of an arithmetic result of two operands, by PyTorch's promotion: operands with dimensions decide, then
 * zero-dimensional tensors, then numbers, each only where it is of a higher kind (bool < int < float).
 *
 * @example
 * torch.resultType(torch.tensor([1n, 2n]), 1.5); // "float32"
 */
export function resultType(tensor1: TensorOrScalar, tensor2: TensorOrScalar): DType {
  return commonDtype(tensor1, tensor2);
}

/**
 * The smallest dtype that both convert to.
 *
 * @example
 * torch.promoteTypes("uint8", "int8"); // "int16"
 */
export function promoteTypes(type1: DType, type2: DType): DType {
  return promote(type1, type2);
}

/**
 * Whether a result of dtype `from` may be written to a tensor of dtype `to` by an in-place operation: not from a higher
 * kind to a lower one.
 *
 * @example
 * torch.canCast("float64", "float32"); // true
 * torch.canCast("float32", "int64"); // false
 */
export function canCast(from: DType, to: DType): boolean {
  return !isHigherKind(from, to);
}
