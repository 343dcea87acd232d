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
  return fromHost(hostArray(dtype, data), shape, dtype, device);
}

function hostArray(dtype: DType, data: readonly number[]): HostArray {
  switch (dtype) {
    case "int64":
      // Beyond 2^53 there are only limits of slices.
      return BigInt64Array.from(data, (x) => BigInt.asIntN(64, BigInt(Math.min(Math.trunc(x), 2 ** 63 - 1024))));
    case "int32":
      return Int32Array.from(data);
    case "float32":
      return Float32Array.from(data);
    case "float64":
      return Float64Array.from(data);
    case "bool":
    case "uint8":
      return Uint8Array.from(data);
    case "int8":
      return Int8Array.from(data);
    case "int16":
      return Int16Array.from(data);
    default:
      throw new FormatError(`a shape is computed in ${dtype}`);
  }
}
