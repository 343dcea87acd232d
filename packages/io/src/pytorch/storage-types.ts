/** The types of storages in PyTorch's files, by the names that those have. */
import type { FileElement } from "../elements.ts";

export interface StorageType {
  /** PyTorch's name of the dtype. */
  readonly dtype: string;
  /** How it is read; undefined where Cresset has no such dtype. */
  readonly element?: FileElement;
  /** Bytes of an element. */
  readonly bytes: number;
}

const readable = (element: FileElement, bytes: number): StorageType => ({ dtype: element, element, bytes });
const lacking = (dtype: string, bytes: number): StorageType => ({ dtype, bytes });

const types = {
  FloatStorage: readable("float32", 4),
  DoubleStorage: readable("float64", 8),
  HalfStorage: readable("float16", 2),
  BFloat16Storage: readable("bfloat16", 2),
  LongStorage: readable("int64", 8),
  IntStorage: readable("int32", 4),
  ShortStorage: readable("int16", 2),
  CharStorage: readable("int8", 1),
  ByteStorage: readable("uint8", 1),
  BoolStorage: readable("bool", 1),
  ComplexFloatStorage: lacking("complex64", 8),
  ComplexDoubleStorage: lacking("complex128", 16),
  QInt8Storage: lacking("qint8", 1),
  QUInt8Storage: lacking("quint8", 1),
  QInt32Storage: lacking("qint32", 4),
  QUInt4x2Storage: lacking("quint4x2", 1),
  QUInt2x4Storage: lacking("quint2x4", 1),
  UntypedStorage: lacking("of bytes without a type", 1),
} as const satisfies Readonly<Record<string, StorageType>>;

export type StorageName = keyof typeof types;

/** The type of a name such as "FloatStorage". */
export function storageType(name: string): StorageType | undefined {
  return Object.hasOwn(types, name) ? types[name as StorageName] : undefined;
}

const names = new Map(Object.entries(types).map(([name, { dtype }]) => [dtype as string, name as StorageName]));

/** The name of the storages of a dtype of Cresset, all of which PyTorch has. */
export function storageNameOf(dtype: string): StorageName {
  const name = names.get(dtype);
  if (name === undefined) throw new TypeError(`PyTorch has no storage of ${dtype}`);
  return name;
}

/** Names of dtypes that stand in files as values, `torch.float32`. */
export const dtypeNames: ReadonlySet<string> = new Set(
  (
    "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex32 complex64 complex128 " +
    "qint8 quint8 qint32 quint4x2 quint2x4 uint16 uint32 uint64 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz"
  ).split(" "),
);
