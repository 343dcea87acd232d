import type { HostArray } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import {
  fromHost,
  type TensorData,
  type TensorOptions,
  type TypedArray,
  tensor,
  withGradOption,
} from "../../tensor/creation.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { isTypedArray, typedArrayDtype } from "../../tensor/typed-array.ts";
import { clone, toDtype } from "../shape/convert.ts";
import { full } from "./fill.ts";

/** Like `tensor`, but a tensor of the wanted dtype is given back as it is. @example torch.asTensor([1, 2]) */
export function asTensor(data: Tensor | TensorData | TypedArray, options: TensorOptions = {}): Tensor {
  return data instanceof Tensor ? toDtype(data, options.dtype ?? data.dtype) : tensor(data, options);
}

/**
 * A tensor of whatever can become one. With `copy: true`, a tensor is never given back as it is.
 *
 * @example torch.asarray([1, 2], { dtype: "float64" })
 */
export function asarray(
  obj: Tensor | TensorData | TypedArray,
  { copy = false, ...options }: TensorOptions & { readonly copy?: boolean | null } = {},
): Tensor {
  const made = asTensor(obj, options);
  return copy && made === obj ? clone(made) : made;
}

/** A number as a tensor of no dimension; dtype default float32. */
export function scalarTensor(s: Scalar, options: TensorOptions = {}): Tensor {
  return full([], s, { ...options, dtype: options.dtype ?? getDefaultDtype() });
}

/**
 * A one-dimensional tensor over a typed array, without a copy: the array belongs to the tensor from now on.
 *
 * @throws DTypeError for a type of array that no dtype has.
 */
export function fromTypedArray(data: TypedArray, options: TensorOptions = {}): Tensor {
  const own = typedArrayDtype(data);
  const shared =
    own !== undefined && own !== "float16" && (options.dtype ?? own) === own && data.buffer instanceof ArrayBuffer;
  if (!shared || !isTypedArray(data) || data instanceof Uint8ClampedArray) return tensor(data, options);
  return withGradOption(fromHost(data as HostArray, [data.length], own, options.device), options);
}

/** A tensor of the given data, with the dtype and device of `input` unless the options say otherwise. */
export function newTensor(input: Tensor, data: TensorData | TypedArray, options: TensorOptions = {}): Tensor {
  return tensor(data, { ...options, dtype: options.dtype ?? input.dtype, device: options.device ?? input.device });
}
