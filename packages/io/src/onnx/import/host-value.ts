import { hostArray } from "@cresset/core/backend";
import { type DType, fromHost, type HostArray, type Tensor } from "@cresset/core/functions";
import { FormatError } from "../../errors.ts";
import type { HostTensor } from "../../host-tensor.ts";

/**
 * A small array that is known before anything is computed: a shape, an axis, what is made of them. ONNX computes shapes with
 * its operators; here they must be numbers when an operation is called.
 */
export interface HostValue {
  readonly kind: "host";
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What goes from operator to operator. */
export type Flowing = Tensor | HostValue;

/** Arrays of more elements are tensors. */
export const mostOnHost = 1024;

export const isHost = (x: Flowing | undefined): x is HostValue => x !== undefined && "kind" in x && x.kind === "host";

export function hostValue(dtype: DType, shape: readonly number[], data: readonly number[]): HostValue {
  return { kind: "host", dtype, shape, data };
}

export const countOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** Whether a constant may be kept on the host: integers and bool as shapes are, and few. */
export function mayBeOnHost({ dtype, data }: HostTensor): boolean {
  return (dtype === "int64" || dtype === "int32" || dtype === "bool") && data.length <= mostOnHost;
}

export const onHost = ({ dtype, shape, data }: HostTensor): HostValue =>
  hostValue(dtype, shape, Array.from(data, Number));

/** The same as a tensor. */
export function toTensor(value: Flowing, device: string): Tensor {
  if (!isHost(value)) return value;
  const { dtype, shape, data } = value;
  return fromHost(contentOf(dtype, data), shape, dtype, device);
}

function contentOf(dtype: DType, data: readonly number[]): HostArray {
  if (dtype === "float16") throw new FormatError(`a shape is computed in ${dtype}`);
  const array = hostArray(dtype, data.length);
  // Beyond 2^53 there are only limits of slices.
  for (const [i, x] of data.entries())
    array[i] = dtype === "int64" ? BigInt.asIntN(64, BigInt(Math.min(Math.trunc(x), 2 ** 63 - 1024))) : x;
  return array;
}
