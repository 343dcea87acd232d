import { bytesOf, type DType, type HostArray, hostView } from "@cresset/core/backend";
import { isObject, type Json } from "./json.ts";

/** A tensor's content on the host: row-major, float16 as bit patterns. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

const dtypeOf: Readonly<Record<string, DType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U8: "uint8",
  BOOL: "bool",
};

/**
 * Reads a safetensors file: a 64-bit header length, a JSON header with dtype, shape and place of each tensor, the data.
 *
 * @throws Error naming what is wrong with the file.
 */
export function readSafetensors(bytes: Uint8Array): Map<string, HostTensor> {
  if (bytes.length < 8) throw new Error("a safetensors file has at least 8 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const start = 8 + headerLength;
  if (start > bytes.length) throw new Error(`the header of ${headerLength} bytes exceeds the file of ${bytes.length}`);
  const header: Json = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  if (!isObject(header)) throw new Error("the header is not an object");
  // A copy makes every offset aligned whatever the header's length and the file's place in memory. (`slice` of Node's Buffer
  // would not copy.)
  const data = new Uint8Array(bytes.subarray(start)).buffer;
  const tensors = new Map<string, HostTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") tensors.set(name, readTensor(name, entry, data));
  }
  return tensors;
}

function readTensor(name: string, entry: Json, data: ArrayBuffer): HostTensor {
  if (!isObject(entry)) throw new Error(`the entry of "${name}" is not an object`);
  const dtype = dtypeOf[String(entry.dtype)];
  if (dtype === undefined) throw new Error(`"${name}" has the unknown dtype ${String(entry.dtype)}`);
  const shape = (entry.shape as number[]).map(Number);
  const [from, to] = entry.data_offsets as number[];
  const length = shape.reduce((product, n) => product * n, 1);
  if (from < 0 || to > data.byteLength || from > to) throw new Error(`"${name}" lies outside the file`);
  if (length * bytesOf(dtype) !== to - from)
    throw new Error(`"${name}" has ${to - from} bytes for shape [${shape}] of ${dtype}`);
  return { dtype, shape, data: hostView(dtype, data, from, length) };
}
