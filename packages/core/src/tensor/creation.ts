import { type DType, type HostArray, hostArray, isFloat } from "../dtype/dtype.ts";
import { AutogradError, ShapeError } from "../errors.ts";
import { Value } from "../graph/node.ts";
import { tensorType } from "../graph/type.ts";
import { currentDevice, deviceNamed } from "../runtime/device.ts";
import { Slot } from "../runtime/slot.ts";
import { tensorOf } from "./call.ts";
import { requireNames } from "./keywords.ts";
import { inferDtype, type Nested, nestedShape, storeNested } from "./nested.ts";
import type { Tensor } from "./tensor.ts";
import { isTypedArray, type TypedArray, typedArrayDtype } from "./typed-array.ts";

export type { Nested as TensorData } from "./nested.ts";
export type { TypedArray } from "./typed-array.ts";

/** What every creation function takes as its last parameter. */
export interface TensorOptions {
  /** Element type; where it is not given, the function says what decides. */
  readonly dtype?: DType;
  /** Name of the device; default: the default device. */
  readonly device?: string;
  /** Whether operations on the tensor are recorded for `backward`; default false. */
  readonly requiresGrad?: boolean;
}

/**
 * A tensor over host data in row-major order. The array is not copied: it belongs to the tensor from now on.
 *
 * @throws ShapeError if the array's length is not the shape's number of elements.
 */
export function fromHost(data: HostArray, shape: readonly number[], dtype: DType, device?: string): Tensor {
  const on = device === undefined ? currentDevice() : deviceNamed(device);
  on.requireDtype(dtype);
  const type = tensorType(dtype, shape);
  if (data.length !== type.numel)
    throw new ShapeError(`shape '[${shape.join(", ")}]' is invalid for input of size ${data.length}`);
  const value = new Value(type, on, null, 0);
  value.slot = new Slot(null, data, type.bytes);
  return tensorOf(value);
}

/**
 * Marks a created tensor as a leaf that requires grad, if the options ask for it.
 *
 * @throws ValueError for other options, such as PyTorch's own spelling, requires_grad.
 */
export function withGradOption(tensor: Tensor, options: TensorOptions): Tensor {
  requireNames(options, ["dtype", "device", "requiresGrad", "generator"]);
  if (!options.requiresGrad) return tensor;
  if (!isFloat(tensor.dtype))
    throw new AutogradError("Only Tensors of floating point and complex dtype can require gradients");
  return tensor.requiresGrad_();
}

/**
 * A tensor of the given data, which is copied: a number, nested arrays of numbers, or a typed array (one-dimensional).
 *
 * Without `dtype`, plain numbers give the default float dtype (float32), BigInts int64, booleans bool, and typed arrays
 * their own type. `clone().detach()` copies a tensor.
 *
 * @throws ValueError for ragged nesting or strings; AutogradError for `requiresGrad` of integers or bool.
 * @example
 * torch.tensor([[1, 2], [3, 4]]); // float32, shape [2, 2]
 * torch.tensor([1n, 2n]); // int64
 * torch.tensor([1, 2], { dtype: "int32" });
 * torch.tensor(new Float64Array([1, 2])); // float64
 */
export function tensor(data: Nested | TypedArray, options: TensorOptions = {}): Tensor {
  const host = isTypedArray(data) ? fromTypedArray(data, options) : fromNested(data, options);
  return withGradOption(host, options);
}

function fromNested(data: Nested, options: TensorOptions): Tensor {
  const shape = nestedShape(data);
  const dtype = options.dtype ?? inferDtype(data);
  const host = hostArray(
    dtype,
    shape.reduce((n, size) => n * size, 1),
  );
  storeNested(host, dtype, data, shape);
  return fromHost(host, shape, dtype, options.device);
}

function fromTypedArray(data: TypedArray, options: TensorOptions): Tensor {
  const own = typedArrayDtype(data);
  const dtype = options.dtype ?? inferDtype(data);
  const host = hostArray(dtype, data.length);
  if (own === dtype && data.constructor === host.constructor) host.set(data as never);
  else storeNested(host, dtype, data, [data.length]);
  return fromHost(host, [data.length], dtype, options.device);
}
