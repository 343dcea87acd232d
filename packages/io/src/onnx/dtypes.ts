import type { DType } from "@cresset/core/functions";

/** TensorProto.DataType of Cresset's dtypes. */
export const dataTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

const names: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(dataTypes).map(([name, type]) => [type, name])),
  4: "uint16",
  8: "string",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
};

/** A data type's name, for errors. */
export const dataTypeName = (type: number): string => names[type] ?? `data type ${type}`;

const dtypesByNumber = new Map(Object.entries(dataTypes).map(([name, type]) => [type, name as DType]));

/** Cresset's dtype for a data type; undefined where it has none. */
export const dtypeOf = (type: number): DType | undefined => dtypesByNumber.get(type);
