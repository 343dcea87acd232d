/** What is known of a tensor without computing it. */
import { bytesOf, hasNegatives, isFloat } from "../../dtype/dtype.ts";
import { ShapeError } from "../../errors.ts";
import { sameShape } from "../../graph/type.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { isContiguous as layoutIsContiguous } from "../../tensor/layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { existingDim } from "./dims.ts";

/** The sizes, or that of dimension `dim`. */
export function size(input: Tensor): readonly number[];
export function size(input: Tensor, dim: number): number;
export function size(input: Tensor, dim?: number): number | readonly number[] {
  return dim === undefined ? input.shape : input.shape[existingDim(dim, input.ndim)];
}

/** How many elements of the storage lie between neighbours along each dimension, or along `dim`. */
export function stride(input: Tensor): readonly number[];
export function stride(input: Tensor, dim: number): number;
export function stride(input: Tensor, dim?: number): number | readonly number[] {
  const { strides } = input.layout;
  return dim === undefined ? strides : strides[existingDim(dim, input.ndim)];
}

/** Number of dimensions. */
export function dim(input: Tensor): number {
  return input.ndim;
}

/** Number of elements. */
export function numel(input: Tensor): number {
  return input.numel();
}

/** Bytes of an element. */
export function elementSize(input: Tensor): number {
  return bytesOf(input.dtype);
}

/** Position of the first element in the storage. */
export function storageOffset(input: Tensor): number {
  return input.layout.offset;
}

/** Whether the elements lie in row-major order without gaps. */
export function isContiguous(input: Tensor): boolean {
  return layoutIsContiguous(input.layout);
}

/** Whether the dtype is float16, float32 or float64. */
export function isFloatingPoint(input: Tensor): boolean {
  return isFloat(input.dtype);
}

/** Whether the dtype has negative values. */
export function isSigned(input: Tensor): boolean {
  return hasNegatives(input.dtype);
}

/** Whether the shapes are equal. */
export function isSameSize(input: Tensor, other: Tensor): boolean {
  requireTensors("is_same_size", [input, other]);
  return sameShape(input.shape, other.shape);
}

/** Size of the first dimension. @throws ShapeError for a tensor of no dimension. */
export function length(input: Tensor): number {
  if (input.ndim === 0) throw new ShapeError("len() of a 0-d tensor");
  return input.shape[0];
}

/** Bytes of all elements. */
export function nbytes(input: Tensor): number {
  return input.numel() * bytesOf(input.dtype);
}

/** Whether the tensor was made in inference mode. */
export function isInference(input: Tensor): boolean {
  return input.storage.inference;
}
