import { bytesOf, hostArray, hostView } from "@cresset/core/backend";
import type { DType } from "@cresset/core/functions";
import { FormatError } from "../../errors.ts";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypeName, dtypeOf } from "../dtypes.ts";
import type { EntryProto, Numbers, TensorProto } from "../proto/messages.ts";

/** TensorProto.DataLocation.EXTERNAL */
const external = 1;

/** Where tensors lie that are not in the model's file, by the name that it gives. */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

/**
 * The content of a tensor of a file, in memory of its own.
 *
 * @param keep false to see only whether it is right; then there is none.
 * @throws FormatError for what does not fit together.
 */
export function readTensor(proto: TensorProto, files: ExternalData): HostTensor;
export function readTensor(proto: TensorProto, files: ExternalData, keep: boolean): HostTensor | null;
export function readTensor(proto: TensorProto, files: ExternalData, keep = true): HostTensor | null {
  const name = proto.name ? `the tensor "${proto.name}"` : "a tensor";
  const type = proto.dataType ?? 0;
  const isBfloat16 = type === 16;
  const dtype = isBfloat16 ? "float32" : dtypeOf(type);
  if (dtype === undefined) throw new FormatError(`${name} is of ${dataTypeName(type)}, which Cresset has not`);
  const shape = Array.from(proto.dims, (size) => {
    if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`${name} has a size of ${size}`);
    return Number(size);
  });
  const count = shape.reduce((n, size) => n * BigInt(size), 1n);
  const raw = proto.dataLocation === external ? outside(name, proto.externalData, files) : proto.rawData;
  const list = raw ?? listOf(proto, isBfloat16 ? "int32" : dtype);
  const needed = raw === undefined ? count : count * BigInt(isBfloat16 ? 2 : bytesOf(dtype));
  if (BigInt(list.length) !== needed)
    throw new FormatError(
      `${name} of shape [${shape.join(", ")}] has ${list.length} ${raw ? "bytes" : "elements"} instead of ${needed}`,
    );
  if (!keep) return null;
  const numel = Number(count);
  if (isBfloat16) {
    // The upper halves of numbers of float32.
    const upper = raw ? new Uint16Array(new Uint8Array(raw).buffer) : (list as Numbers<number>);
    return { dtype, shape, data: new Float32Array(Uint32Array.from(upper, (x) => x << 16).buffer) };
  }
  const data = raw ? hostView(dtype, new Uint8Array(raw).buffer, 0, numel) : hostArray(dtype, numel);
  if (!raw || dtype === "bool")
    for (const [i, x] of (raw ? data : list).entries()) data[i] = dtype === "bool" ? Number(x !== 0) : x;
  return { dtype, shape, data };
}

/** The list that holds the elements where they are not raw bytes. */
function listOf(proto: TensorProto, dtype: DType): Numbers<number> | Numbers<bigint> {
  if (dtype === "float32") return proto.floatData;
  if (dtype === "float64") return proto.doubleData;
  return dtype === "int64" ? proto.int64Data : proto.int32Data;
}

function outside(name: string, entries: Iterable<EntryProto>, files: ExternalData): Uint8Array {
  const found = new Map(Array.from(entries, ({ key, value }) => [key, value ?? ""]));
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
