import { type DType, dtypeInfo, type Scalar } from "@cresset/core/backend";

/** Reductions that combine two values into one. */
export type Combining = "sum" | "product" | "max" | "min";

/** The elementwise operation that combines two values. */
export const combiningOperation = { sum: "add", product: "mul", max: "max", min: "min" } as const;

/** The result of a reduction over nothing: 0, 1, the lowest value for max, the highest for min. */
export function identityOf(op: Combining, dtype: DType): Scalar {
  if (op === "sum" || op === "product") {
    const value = op === "sum" ? 0 : 1;
    return dtype === "int64" ? BigInt(value) : value;
  }
  const range = dtypeInfo(dtype).range;
  if (!range) return op === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const extreme = op === "max" ? range[0] : range[1];
  return dtype === "int64" ? extreme : Number(extreme);
}
