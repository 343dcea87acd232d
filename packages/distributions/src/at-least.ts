import { call, operation } from "@cresset/core/extend";
import type { Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

/** A clamp of samples that their gradients do not see: PyTorch writes into the detached sample. */
const atLeastOp = operation("clamp_min", ([x], [least]) => m.maximum(x, m.cast(least, x.dtype)), {
  derivative: ({ grad }) => [grad()],
});

/** `x`, or `least` where it is less. Gradients pass everywhere. */
export const atLeast = (x: Tensor, least: number): Tensor => call(atLeastOp, [x], [least]);
