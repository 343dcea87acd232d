import { type DType, hostArray, hostView } from "@cresset/core/backend";
import { FormatError } from "../errors.ts";
import type { HostTensor } from "../host-tensor.ts";
import type { Entry, FileDType } from "./header.ts";

const same: Partial<Readonly<Record<FileDType, DType>>> = {
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

const names = new Map(Object.entries(same).map(([name, dtype]) => [dtype, name as FileDType]));

/** The format's name of a dtype: all that Cresset has, it has. */
export const fileDType = (dtype: DType): FileDType => names.get(dtype) as FileDType;

/** What an entry's values become. @throws FormatError for a dtype that Cresset has no counterpart to. */
export function cressetDType({ name, dtype }: Entry): DType {
  const found = dtype === "BF16" ? "float32" : same[dtype];
  if (found === undefined) throw new FormatError(`the tensor "${name}" is ${dtype}, which Cresset has no dtype for`);
  return found;
}

/** @throws FormatError for a dtype that Cresset has no counterpart to. */
export function requireReadable(entry: Entry): void {
  cressetDType(entry);
}

/** A tensor's content; `bytes` are its own from now on. BF16 becomes float32, which holds each of its values. */
export function decode(entry: Entry, bytes: Uint8Array<ArrayBuffer>): HostTensor {
  const dtype = cressetDType(entry);
  const { shape } = entry;
  const length = shape.reduce((product, n) => product * n, 1);
  if (entry.dtype === "BF16") return { dtype, shape, data: widened(new Uint16Array(bytes.buffer)) };
  const data = hostView(dtype, bytes.buffer, 0, length);
  // Other bytes than 1 are true too, but a bool of Cresset is 0 or 1.
  if (dtype === "bool") for (let i = 0; i < length; i++) if (data[i] !== 0) data[i] = 1;
  return { dtype, shape, data };
}

/** A bfloat16 is the upper half of the float32 of the same value. */
function widened(upper: Uint16Array): HostTensor["data"] {
  const data = hostArray("float32", upper.length);
  const words = new Uint32Array(data.buffer);
  for (let i = 0; i < upper.length; i++) words[i] = upper[i] << 16;
  return data;
}
