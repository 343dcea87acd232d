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

/** PyTorch's C++ name of a dtype, as its messages and the names of its tensor types have it. */
export const pytorchName = (dtype: DType): string => names[dtype];
