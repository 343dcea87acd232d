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

/** What the constructors of host arrays have in common. */
interface HostArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): HostArray;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): HostArray;
}

export interface DTypeInfo {
  readonly kind: DTypeKind;
  readonly bytes: number;
  /** Holds such elements on the host. */
  readonly array: HostArrayConstructor;
  /** Smallest and largest value of an integer type; undefined for floats. */
  readonly range?: readonly [bigint, bigint];
}

const float = (array: HostArrayConstructor): DTypeInfo => ({ kind: "float", bytes: array.BYTES_PER_ELEMENT, array });

function integer(array: HostArrayConstructor): DTypeInfo {
  const bytes = array.BYTES_PER_ELEMENT;
  const half = 2n ** BigInt(8 * bytes - 1);
  return { kind: "int", bytes, array, range: [-half, half - 1n] };
}

const info: Readonly<Record<DType, DTypeInfo>> = {
  float32: float(Float32Array),
  float64: float(Float64Array),
  float16: float(Uint16Array),
  int64: integer(BigInt64Array),
  int32: integer(Int32Array),
  int16: integer(Int16Array),
  int8: integer(Int8Array),
  uint8: { kind: "int", bytes: 1, array: Uint8Array, range: [0n, 255n] },
  bool: { kind: "bool", bytes: 1, array: Uint8Array, range: [0n, 1n] },
};

/** Every dtype. */
export const dtypes = Object.keys(info) as readonly DType[];

/** @throws DTypeError for what is no dtype. */
function known(dtype: DType): DTypeInfo {
  const found = info[dtype];
  if (found === undefined)
    throw new DTypeError(`unknown dtype ${JSON.stringify(dtype)}: there are ${dtypes.join(", ")}`);
  return found;
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

/** Whether a dtype has negative values. */
export function hasNegatives(dtype: DType): boolean {
  const { range } = known(dtype);
  return range === undefined || range[0] < 0n;
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
  const { array } = known(dtype);
  try {
    return new array(length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BackendError(`not enough memory: you tried to allocate ${length} elements of ${dtype}`, { cause: error });
  }
}

/** A host array over part of an existing buffer, without copying. */
export function hostView(dtype: DType, buffer: ArrayBuffer, byteOffset: number, length: number): HostArray {
  return new (known(dtype).array)(buffer, byteOffset, length);
}
