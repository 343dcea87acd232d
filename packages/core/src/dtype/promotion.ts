import { type DType, dtypeInfo } from "./dtype.ts";

let defaultFloat: "float32" | "float64" = "float32";

/** The dtype of floats that nobody gave one: float32 unless `setDefaultDtype` changed it. */
export function getDefaultDtype(): "float32" | "float64" {
  return defaultFloat;
}

export function setDefaultFloat(dtype: "float32" | "float64"): void {
  defaultFloat = dtype;
}

const rank: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  float16: 6,
  float32: 7,
  float64: 8,
};

/** The smallest dtype that both convert to, by PyTorch's table. uint8 with a signed integer gives at least int16. */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  if ((a === "uint8" && b === "int8") || (a === "int8" && b === "uint8")) return "int16";
  return rank[a] > rank[b] ? a : b;
}

/** One operand of a promotion. `weak` marks a JavaScript number, which never decides the width within its kind. */
export interface PromotionOperand {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly weak?: boolean;
}

const kindRank = { bool: 0, int: 1, float: 2 } as const;

/** Whether a dtype's kind is the higher one: bool < int < float. */
export const isHigherKind = (a: DType, b: DType): boolean => kindRank[dtypeInfo(a).kind] > kindRank[dtypeInfo(b).kind];

/**
 * PyTorch's `result_type`: operands with dimensions decide; zero-dimensional tensors, then JavaScript numbers, only
 * where they are of a higher kind (bool < int < float).
 */
export function resultType(operands: readonly PromotionOperand[]): DType {
  let dim: DType | undefined;
  let zero: DType | undefined;
  let weak: DType | undefined;
  for (const o of operands) {
    if (o.weak) weak = weak === undefined ? o.dtype : promote(weak, o.dtype);
    else if (o.shape.length === 0) zero = zero === undefined ? o.dtype : promote(zero, o.dtype);
    else dim = dim === undefined ? o.dtype : promote(dim, o.dtype);
  }
  return combine(dim, combine(zero, weak)) ?? defaultFloat;
}

function combine(higher: DType | undefined, lower: DType | undefined): DType | undefined {
  if (higher === undefined) return lower;
  if (lower === undefined) return higher;
  return isHigherKind(lower, higher) ? promote(higher, lower) : higher;
}
