/** The header of a .npy file: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */

import { bytesOf } from "@cresset/core/backend";
import type { DType } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { joined } from "../joined.ts";
import { numelOf } from "../shape.ts";
import { descriptionOf, dtypeOfDescription } from "./dtypes.ts";
import { parseLiteral } from "./python-literal.ts";

export interface ArrayHeader {
  readonly dtype: DType;
  /** Whether elements have their most significant byte first. */
  readonly swapped: boolean;
  /** Whether the first index runs fastest. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin, and the bytes that they take. */
  readonly dataStart: number;
  readonly dataBytes: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Magic, version, and a length of up to four bytes. */
export const longestPrefix = 12;
/** Far beyond what a dtype and 32 dimensions take; NumPy itself reads no more than 10,000 without being told. */
const mostHeaderBytes = 1 << 16;

export const beginsLikeArray = (start: Uint8Array): boolean => magic.every((byte, i) => start[i] === byte);

/**
 * Where the elements begin, from the file's first 12 bytes.
 *
 * @throws FormatError for what is no array of NumPy's.
 */
export function dataStartOf(start: Uint8Array, fileSize: number): number {
  if (!beginsLikeArray(start)) throw new FormatError("this is no array of NumPy's: it does not begin with \\x93NUMPY");
  const [major, minor] = [start[6], start[7]];
  const prefix = major === 1 ? 10 : 12;
  if (start.length < prefix) throw new FormatError("the array is cut off in its header");
  if (major < 1 || major > 3 || minor !== 0)
    throw new FormatError(`the array is of the unknown version ${major}.${minor} of NumPy's format`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > mostHeaderBytes) throw new FormatError(`the array's header would have ${length} bytes`);
  if (prefix + length > fileSize)
    throw new FormatError(`the array's header of ${length} bytes is longer than the file, which has ${fileSize}`);
  return prefix + length;
}

/**
 * Reads and checks a header.
 *
 * @param start the file up to where its elements begin.
 * @throws FormatError for a header that says what cannot be, or a dtype that Cresset lacks.
 */
export function parseArrayHeader(start: Uint8Array, fileSize: number): ArrayHeader {
  const major = start[6];
  const text = decode(start.subarray(major === 1 ? 10 : 12), major);
  const header = parseLiteral(text);
  if (!(header instanceof Map)) throw new FormatError("the array's header is no dictionary");
  const known = ["descr", "fortran_order", "shape"];
  if (header.size !== known.length || !known.every((key) => header.has(key)))
    throw new FormatError(`the array's header has the keys ${[...header.keys()].join(", ")}, not ${known.join(", ")}`);
  const shape: unknown = header.get("shape");
  const fortran: unknown = header.get("fortran_order");
  if (typeof fortran !== "boolean") throw new FormatError("the array's fortran_order is neither True nor False");
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw new FormatError(`the array's shape is not a tuple of sizes: ${JSON.stringify(shape)}`);
  const { dtype, swapped } = dtypeOfDescription(header.get("descr"));
  const dataBytes = numelOf(shape, "the array") * bytesOf(dtype);
  if (dataBytes !== fileSize - start.length)
    throw new FormatError(
      `an array of ${dtype} and shape [${shape.join(", ")}] takes ${dataBytes} bytes, but ${fileSize - start.length} follow its header`,
    );
  return { dtype, swapped, fortran, shape, dataStart: start.length, dataBytes };
}

function decode(bytes: Uint8Array, major: number): string {
  // Before version 3 headers are Latin-1, of which only ASCII can be in those that are read.
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new FormatError(
      major === 3 ? "the array's header is not UTF-8" : "the array has names that are not ASCII: it is structured",
      { cause: error },
    );
  }
}

/** The bytes of a .npy file before its elements, in row-major order; they begin at a multiple of 64. */
export function writeArrayHeader(dtype: DType, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descriptionOf(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const start = new Uint8Array([...magic, 1, 0, length & 255, length >> 8]);
  return joined([start, new TextEncoder().encode(`${text.padEnd(length - 1)}\n`)]);
}
