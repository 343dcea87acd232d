/** Numbers and element types by PyTorch's names: `{ dtype: torch.float64 }` is `{ dtype: "float64" }`. */
import { Tensor } from "./tensor/tensor.ts";

export const pi = Math.PI;
export const e = Math.E;
export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;

export const float16 = "float16";
export const float32 = "float32";
export const float64 = "float64";
export const int8 = "int8";
export const int16 = "int16";
export const int32 = "int32";
export const int64 = "int64";
export const uint8 = "uint8";
export const bool = "bool";
// Not `float`, which is the function that makes a JavaScript number a float.
export const half = "float16";
export const double = "float64";
export const short = "int16";
export const int = "int32";
export const long = "int64";

/** Whether `obj` is a tensor. */
export function isTensor(obj: unknown): obj is Tensor {
  return obj instanceof Tensor;
}

/** Whether the elements are complex numbers: never, as there are none. */
export function isComplex(_input: Tensor): boolean {
  return false;
}
