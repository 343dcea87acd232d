/**
 * The header of a safetensors file: 8 bytes with its length, then JSON with each tensor's dtype, shape and place in the data
 * that follow. Format: https://github.com/huggingface/safetensors#format
 */
import { FormatError } from "../errors.ts";
import { numelOf } from "../shape.ts";
import { hasHalfCharacter, parseStrictly } from "./strict-json.ts";

/** What each dtype of the format takes per element, in bytes. Cresset has no counterpart to some of them. */
const sizes = {
  F4: 0.5,
  F6_E2M3: 0.75,
  F6_E3M2: 0.75,
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  F8_E5M2FNUZ: 1,
  F8_E4M3FNUZ: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
} as const;
export type FileDType = keyof typeof sizes;

/** A tensor's entry; offsets are in bytes from the start of the data. */
export interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of the data. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data begin in the file. */
  readonly dataStart: number;
}

const lengthBytes = 8;
/** The limit of the reference implementation, against files that only claim to be large. */
const mostHeaderBytes = 100_000_000;
const metadataKey = "__metadata__";

/**
 * How long the header is, from the file's first 8 bytes and its size.
 *
 * @throws FormatError for a length that the file cannot have.
 */
export function headerLength(start: Uint8Array, fileSize: number): number {
  if (fileSize < lengthBytes) throw new FormatError(`a file of ${fileSize} bytes is too short for safetensors`);
  const length = new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes))
    throw new FormatError(`not a safetensors file: its first 8 bytes tell of a header of ${length} bytes`);
  if (Number(length) > fileSize - lengthBytes)
    throw new FormatError(`the header of ${length} bytes is longer than the file, which has ${fileSize}`);
  return Number(length);
}

/**
 * Reads and checks a header: every tensor lies in the data, none overlaps another, and together they fill them.
 *
 * @throws FormatError naming what is wrong.
 */
export function parseHeader(bytes: Uint8Array, fileSize: number): Header {
  const json = parseStrictly(bytes, "the header", { wholeNumbers: true });
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of json) {
    if (name === metadataKey) metadata = readMetadata(value);
    else entries.push(readEntry(name, value));
  }
  const dataStart = lengthBytes + bytes.length;
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      throw new FormatError(
        begin < at
          ? `the tensor "${name}" overlaps another one: it begins at byte ${begin}, the one before ends at ${at}`
          : `bytes ${at} to ${begin} belong to no tensor`,
      );
    at = end;
  }
  const rest = fileSize - dataStart;
  if (at > rest) throw new FormatError(`the tensors take ${at} bytes, but the file has ${rest} after its header`);
  if (at < rest) throw new FormatError(`${rest - at} bytes at the end of the file belong to no tensor`);
  return { entries, metadata, dataStart };
}

function readMetadata(value: unknown): Record<string, string> {
  if (!(value instanceof Map)) throw new FormatError(`${metadataKey} is not an object`);
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, text] of value) {
    if (typeof text !== "string") throw new FormatError(`the metadata "${key}" is not a text`);
    metadata[key] = text;
  }
  return metadata;
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
const isDType = (name: unknown): name is FileDType => typeof name === "string" && Object.hasOwn(sizes, name);

function readEntry(name: string, value: unknown): Entry {
  if (!(value instanceof Map)) throw new FormatError(`the entry of the tensor "${name}" is not an object`);
  for (const key of value.keys())
    if (!["dtype", "shape", "data_offsets"].includes(key))
      throw new FormatError(`the entry of the tensor "${name}" has an unknown field "${key}"`);
  const dtype: unknown = value.get("dtype");
  const shape: unknown = value.get("shape");
  const offsets: unknown = value.get("data_offsets");
  if (!isDType(dtype)) throw new FormatError(`the tensor "${name}" has the unknown dtype ${JSON.stringify(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw new FormatError(`the shape of the tensor "${name}" is not a list of sizes: ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0] > offsets[1])
    throw new FormatError(`the data_offsets of the tensor "${name}" are no range: ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets;
  const needed = numelOf(shape, `the tensor "${name}"`) * sizes[dtype];
  if (needed !== end - begin)
    throw new FormatError(
      `the tensor "${name}" has ${end - begin} bytes, but ${dtype}[${shape.join(", ")}] takes ${needed}`,
    );
  return { name, dtype, shape, begin, end };
}

/** A tensor to be written. */
export interface Outline {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
}

/**
 * The first bytes of a file with these tensors, one after the other, up to the data, which begin at a multiple of 8.
 *
 * @throws FormatError for names and texts that the format cannot hold.
 */
export function writeHeader(
  tensors: readonly Outline[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const fields: string[] = [];
  const write = (name: string, value: unknown): number =>
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  for (const [key, text] of Object.entries(metadata))
    if (hasHalfCharacter(key + text))
      throw new FormatError(`the metadata ${JSON.stringify(key)} has half a character (a lone surrogate)`);
  if (Object.keys(metadata).length > 0) write(metadataKey, metadata);
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    if (name === metadataKey || hasHalfCharacter(name))
      throw new FormatError(`a tensor of a safetensors file cannot be called ${JSON.stringify(name)}`);
    const end = at + shape.reduce((product, n) => product * n, 1) * sizes[dtype];
    write(name, { dtype, shape, data_offsets: [at, end] });
    at = end;
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20, lengthBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, lengthBytes);
  return bytes;
}
