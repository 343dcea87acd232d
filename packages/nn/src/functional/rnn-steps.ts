/** Sequences cut into steps and put together again. */

import { type Attributes, callMany, operation } from "@cresset/core/extend";
import { cat, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { joinRows } from "./join-rows.ts";

interface StepSizes extends Attributes {
  readonly sizes: readonly number[];
}

/** All steps from one node, so that the gradient is put together once instead of added up from one padded copy a step. */
const stepsOp = operation<StepSizes>(
  "rnn_steps",
  ([x], _, { sizes }) => {
    let at = 0;
    return sizes.map((size) => {
      const part = m.slice(x, 0, at, size);
      at += size;
      return part;
    });
  },
  {
    gradName: "UnbindBackward0",
    derivative: (ctx) => [joinRows(ctx.attributes.sizes.map((_, i) => ctx.grad(i)))],
    half: "keep",
  },
);

/** A node has a bounded number of results; longer sequences are cut into parts first. */
const largestCut = 64;

/** The rows of `x` in parts of the given sizes. */
export function steps(x: Tensor, sizes: readonly number[]): Tensor[] {
  if (sizes.length <= 1) return [x];
  if (sizes.length <= largestCut) return callMany(stepsOp, [x], [], { sizes });
  const each = Math.ceil(sizes.length / largestCut);
  const parts: number[][] = [];
  for (let at = 0; at < sizes.length; at += each) parts.push(sizes.slice(at, at + each));
  const totals = parts.map((part) => part.reduce((a, b) => a + b, 0));
  return callMany(stepsOp, [x], [], { sizes: totals }).flatMap((part, i) => steps(part, parts[i]));
}

/** The opposite of `steps`. */
export function joinSteps(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : cat(parts, 0);
}
