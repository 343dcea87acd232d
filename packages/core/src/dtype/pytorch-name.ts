import type { DType } from "./dtype.ts";

const names: Readonly<Record<DType, string>> = {
  float32: "Float",
  float64: "Double",
  float16: "Half",
  int64: "Long",
  int32: "Int",
  int16: "Short",
  int8: "Char",
  uint8: "Byte",
  bool: "Bool",
};

const typeNames: Readonly<Record<DType, string>> = {
  float32: "float",
  float64: "double",
  float16: "c10::Half",
  int64: "long int",
  int32: "int",
  int16: "short int",
  int8: "signed char",
  uint8: "unsigned char",
  bool: "bool",
};

/** What C++ calls a dtype's numbers, as some of PyTorch's messages have it. */
export const typeName = (dtype: DType): string => typeNames[dtype];

/** PyTorch's C++ name of a dtype, as its messages and the names of its tensor types have it. */
export const pytorchName = (dtype: DType): string => names[dtype];
