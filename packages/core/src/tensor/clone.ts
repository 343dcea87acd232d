import type { DType } from "../dtype/dtype.ts";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";

/** The operation of `clone`: the same values in a storage of their own; gradients flow through. */
export const cloneOp = operation("clone", ([x]) => x, { gradName: "CloneBackward0", half: "keep" });

/** The operation of `to(dtype)`. */
export const toOp = operation<{ dtype: DType }>("to", ([x], _, { dtype }) => m.cast(x, dtype), {
  gradName: "ToCopyBackward0",
  half: "keep",
});
