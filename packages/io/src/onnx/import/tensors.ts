import { bytesOf } from "@cresset/core/backend";
import type { DType, HostArray } from "@cresset/core/functions";
import { FormatError } from "../../errors.ts";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypeName, dtypeOf } from "../dtypes.ts";
import type { EntryProto, Numbers, TensorProto } from "../proto/messages.ts";

/** TensorProto.DataLocation.EXTERNAL */
const external = 1;

/** Where tensors lie that are not in the model's file, by the name that it gives. */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

const arrays: Readonly<Record<DType, new (buffer: ArrayBuffer) => HostArray>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** The content of a tensor of a file, in memory of its own. @throws FormatError for what does not fit together. */
export function readTensor(proto: TensorProto, files: ExternalData): HostTensor {
  const name = proto.name ? `the tensor "${proto.name}"` : "a tensor";
  const type = proto.dataType ?? 0;
  const dtype = dtypeOf(type);
  const bfloat16 = type === 16;
  if (dtype === undefined && !bfloat16)
    throw new FormatError(`${name} is of ${dataTypeName(type)}, which Cresset has not`);
  const shape = Array.from(proto.dims, (size) => {
    if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`${name} has a size of ${size}`);
    return Number(size);
  });
  const count = shape.reduce((n, size) => n * BigInt(size), 1n);
  const raw = proto.dataLocation === external ? outside(name, proto.externalData, files) : proto.rawData;
  if (raw !== undefined) {
    const width = bfloat16 ? 2 : bytesOf(dtype as DType);
    if (BigInt(raw.length) !== count * BigInt(width))
      throw new FormatError(
        `${name} of shape [${shape.join(", ")}] takes ${count * BigInt(width)} bytes, but has ${raw.length}`,
      );
    const buffer = new Uint8Array(raw).buffer;
    if (bfloat16) return { dtype: "float32", shape, data: widened(new Uint16Array(buffer)) };
    const data = new arrays[dtype as DType](buffer);
    if (dtype === "bool") for (const [i, x] of (data as Uint8Array).entries()) if (x > 1) data[i] = 1;
    return { dtype: dtype as DType, shape, data };
  }
  const list = listOf(proto, bfloat16 ? "bfloat16" : (dtype as DType));
  if (BigInt(list.length) !== count)
    throw new FormatError(`${name} of shape [${shape.join(", ")}] has ${list.length} elements instead of ${count}`);
  if (bfloat16) return { dtype: "float32", shape, data: widened(Uint16Array.from(list as Numbers<number>)) };
  const data = new arrays[dtype as DType](new ArrayBuffer(list.length * bytesOf(dtype as DType)));
  for (const [i, x] of list.entries()) data[i] = dtype === "bool" ? Number(x !== 0) : x;
  return { dtype: dtype as DType, shape, data };
}

/** The list that holds the elements where they are not raw bytes. */
function listOf(proto: TensorProto, dtype: DType | "bfloat16"): Numbers<number> | Numbers<bigint> {
  if (dtype === "float32") return proto.floatData;
  if (dtype === "float64") return proto.doubleData;
  return dtype === "int64" ? proto.int64Data : proto.int32Data;
}

function widened(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(bits, (x) => x << 16).buffer);
}

function outside(name: string, entries: readonly EntryProto[], files: ExternalData): Uint8Array {
  const found = new Map(entries.map(({ key, value }) => [key, value ?? ""]));
  const location = found.get("location") ?? "";
  const file = files.get(location);
  if (file === undefined)
    throw new FormatError(
      `${name} lies in another file, "${location}": give it as an option, { externalData: { ${JSON.stringify(location)}: file } }`,
    );
  const offset = Number(found.get("offset") ?? 0);
  const length = Number(found.get("length") ?? file.length - offset);
  if (
    !Number.isSafeInteger(offset) ||
    !Number.isSafeInteger(length) ||
    offset < 0 ||
    length < 0 ||
    offset + length > file.length
  )
    throw new FormatError(
      `${name} is to lie at ${offset} to ${offset + length} of "${location}", which has ${file.length} bytes`,
    );
  return file.subarray(offset, offset + length);
}
