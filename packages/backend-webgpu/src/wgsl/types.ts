import type { DType } from "@cresset/core/backend";

/** The WGSL type in which kernels compute with a dtype. float16 is float32 rounded after every operation. */
export function valueType(dtype: DType): "f32" | "i32" | "bool" | "vec2u" {
  switch (dtype) {
    case "float64":
    case "float32":
    case "float16":
      return "f32";
    case "int64":
      return "vec2u";
    case "bool":
      return "bool";
    default:
      return "i32";
  }
}

/**
 * How elements lie in memory. Everything is one 32-bit word, int64 two; only large buffers of float16, on adapters that have
 * the type, are two to a word. A byte to a bool would need atomic writes, since neighbours are written by other threads.
 */
export type Storage = "f32" | "f16" | "i32" | "u32" | "vec2u";

export function storageOf(dtype: DType, half: boolean): Storage {
  switch (dtype) {
    case "float16":
      return half ? "f16" : "f32";
    case "int64":
      return "vec2u";
    case "bool":
      return "u32";
    case "float32":
    case "float64":
      return "f32";
    default:
      return "i32";
  }
}

/** How much of a value of the heap, where there are only whole words, and of a buffer of its own. */
export const heapBytesOf = (dtype: DType, length: number): number => length * (dtype === "int64" ? 8 : 4);

/** Bytes of a value that has a buffer of its own, in whole words. */
export const ownBytesOf = (dtype: DType, length: number, half: boolean): number =>
  Math.ceil((length * bytesOfStorage(storageOf(dtype, half))) / 4) * 4;

export const bytesOfStorage = (storage: Storage): number => (storage === "vec2u" ? 8 : storage === "f16" ? 2 : 4);
