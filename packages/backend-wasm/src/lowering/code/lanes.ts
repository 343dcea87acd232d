import type { DType } from "@cresset/core/backend";
import type { Emitter, Value } from "./emitter.ts";
import { lowWords } from "./vector-constants.ts";

/** What a lane holds: float16 is computed in f32, integers of up to 32 bits in i32; a mask is a bool. */
export type Kind = "f32" | "f64" | "i32" | "i64" | "mask";

export const kindOf: Readonly<Record<DType, Kind>> = {
  float32: "f32",
  float16: "f32",
  float64: "f64",
  int64: "i64",
  int32: "i32",
  int16: "i32",
  int8: "i32",
  uint8: "i32",
  bool: "mask",
};

/**
 * A value at one point of the index space (width 1), or at four neighbouring ones (width 4). Four lanes of 32 bits are one
 * vector, four of 64 bits are two. A mask is an i32, 0 or 1; of width 4 it is a vector of 32-bit lanes of all ones or zeros.
 */
export interface Lanes {
  readonly kind: Kind;
  readonly width: 1 | 4;
  readonly parts: readonly Value[];
}

export type NumericKind = Exclude<Kind, "mask">;

/** Lanes, or a constant of the kind of the others. */
export type Operand = Lanes | number | bigint;

/** Vectors that hold four values of a kind. */
export const partsOf = (kind: Kind): 1 | 2 => (kind === "f64" || kind === "i64" ? 2 : 1);

/** The mask of a comparison of 64-bit lanes: as it came, two vectors, and made one vector only where somebody needs that. */
export class WideMask implements Lanes {
  readonly kind = "mask";
  readonly width = 4;
  readonly wide: readonly Value[];
  readonly #e: Emitter;

  constructor(e: Emitter, wide: readonly Value[]) {
    this.#e = e;
    this.wide = wide;
  }

  get parts(): readonly Value[] {
    return [this.#e.shuffle(lowWords, this.wide[0], this.wide[1])];
  }
}

export const shapes = { f32: "f32x4", f64: "f64x2", i32: "i32x4", i64: "i64x2", mask: "i32x4" } as const;
export const scalarType = { f32: "f32", f64: "f64", i32: "i32", i64: "i64", mask: "i32" } as const;
