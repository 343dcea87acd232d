import { type DType, floatToHalf, type HostArray, halfToFloat, hostArray } from "@cresset/core/backend";
import type { Storage } from "../wgsl/types.ts";

/** A host array as the device holds it: its bytes, padded to whole words. */
export function toDevice(data: HostArray, dtype: DType, storage: Storage): ArrayBufferView<ArrayBuffer> {
  if (dtype === "float16") {
    const bits = data as Uint16Array<ArrayBuffer>;
    if (storage !== "f16") return Float32Array.from(bits, halfToFloat);
    const padded = new Uint16Array(Math.ceil(bits.length / 2) * 2);
    padded.set(bits);
    return padded;
  }
  if (data.BYTES_PER_ELEMENT >= 4) return data;
  return dtype === "bool" || dtype === "uint8"
    ? Uint32Array.from(data as Uint8Array)
    : Int32Array.from(data as Int8Array);
}

/** What `toDevice` made, from byte `start` on, back as a host array of `length` elements. */
export function fromDevice(
  bytes: ArrayBuffer,
  start: number,
  dtype: DType,
  length: number,
  storage: Storage,
): HostArray {
  const result = hostArray(dtype, length);
  if (dtype === "float16") {
    if (storage === "f16") result.set(new Uint16Array(bytes, start, length) as never);
    else (result as Uint16Array).set(Uint16Array.from(new Float32Array(bytes, start, length), floatToHalf));
  } else if (dtype === "int64") (result as BigInt64Array).set(new BigInt64Array(bytes, start, length));
  else if (dtype === "float32") (result as Float32Array).set(new Float32Array(bytes, start, length));
  else (result as Int32Array).set(new Int32Array(bytes, start, length));
  return result;
}
