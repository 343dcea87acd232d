import { BackendError, DTypeError } from "../errors.ts";

/** Element types, named as in PyTorch. */
export type DType = "float32" | "float64" | "float16" | "int64" | "int32" | "int16" | "int8" | "uint8" | "bool";

/** The typed array that holds a dtype on the host. float16 holds bit patterns, bool holds 0 and 1. */
export type HostArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** Order of the promotion lattice within and across kinds. */
export type DTypeKind = "bool" | "int" | "float";

export interface DTypeInfo {
  readonly id: number;
  readonly kind: DTypeKind;
  readonly bytes: number;
  readonly signed: boolean;
  /** Smallest and largest value of an integer type; undefined for floats. */
  readonly range?: readonly [bigint, bigint];
}

const info: Readonly<Record<DType, DTypeInfo>> = {
  float32: { id: 0, kind: "float", bytes: 4, signed: true },
  float64: { id: 1, kind: "float", bytes: 8, signed: true },
  float16: { id: 2, kind: "float", bytes: 2, signed: true },
  int64: { id: 3, kind: "int", bytes: 8, signed: true, range: [-(2n ** 63n), 2n ** 63n - 1n] },
  int32: { id: 4, kind: "int", bytes: 4, signed: true, range: [-(2n ** 31n), 2n ** 31n - 1n] },
  int16: { id: 5, kind: "int", bytes: 2, signed: true, range: [-(2n ** 15n), 2n ** 15n - 1n] },
  int8: { id: 6, kind: "int", bytes: 1, signed: true, range: [-128n, 127n] },
  uint8: { id: 7, kind: "int", bytes: 1, signed: false, range: [0n, 255n] },
  bool: { id: 8, kind: "bool", bytes: 1, signed: false, range: [0n, 1n] },
};

/** Every dtype, in the order of their ids. */
export const dtypes = Object.keys(info) as readonly DType[];

/** @throws DTypeError for what is no dtype. */
function known(dtype: DType): DTypeInfo {
  const found = info[dtype];
  if (found === undefined) throw unknownDType(dtype);
  return found;
}

function unknownDType(dtype: unknown): DTypeError {
  return new DTypeError(`unknown dtype ${JSON.stringify(dtype)}: there are ${dtypes.join(", ")}`);
}

export function dtypeInfo(dtype: DType): DTypeInfo {
  return known(dtype);
}

export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(info, value);
}

export function isFloat(dtype: DType): boolean {
  return known(dtype).kind === "float";
}

/** True for int64 … uint8, false for bool and floats. */
export function isInteger(dtype: DType): boolean {
  return known(dtype).kind === "int";
}

export function bytesOf(dtype: DType): number {
  return known(dtype).bytes;
}

/**
 * A zero-filled host array of `length` elements.
 *
 * @throws BackendError where there is not that much memory.
 */
export function hostArray(dtype: DType, length: number): HostArray {
  try {
    return allocated(dtype, length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BackendError(`not enough memory: you tried to allocate ${length} elements of ${dtype}`, { cause: error });
  }
}

function allocated(dtype: DType, length: number): HostArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "float16":
      return new Uint16Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "int32":
      return new Int32Array(length);
    case "int16":
      return new Int16Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint8":
    case "bool":
      return new Uint8Array(length);
    default:
      throw unknownDType(dtype);
  }
}

/** A host array over part of an existing buffer, without copying. */
export function hostView(dtype: DType, buffer: ArrayBuffer, byteOffset: number, length: number): HostArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "float16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, length);
  }
}
