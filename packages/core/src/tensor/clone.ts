import { operation } from "../graph/operation.ts";

/** The operation of `clone`: the same values in a storage of their own; gradients flow through. */
export const cloneOp = operation("clone", ([x]) => x, { gradName: "CloneBackward0", half: "keep" });
