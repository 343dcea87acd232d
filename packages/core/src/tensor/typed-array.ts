import type { DType } from "../dtype/dtype.ts";

/** JavaScript's arrays of numbers of one type. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

export function isTypedArray(data: unknown): data is TypedArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView);
}

const dtypes: Readonly<Record<string, DType | undefined>> = {
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
  BigInt64Array: "int64",
  Int32Array: "int32",
  Int16Array: "int16",
  Int8Array: "int8",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
};

/** The dtype that holds the array's values as they are; undefined where there is none (uint16, uint32, uint64). */
export function typedArrayDtype(data: TypedArray): DType | undefined {
  // Node's Buffer is a Uint8Array of another name.
  return data instanceof Uint8Array ? "uint8" : dtypes[Object.prototype.toString.call(data).slice(8, -1)];
}
