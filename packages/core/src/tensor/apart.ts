import type { Node, Value } from "../graph/node.ts";
import { realize } from "../runtime/commit.ts";
import { mode } from "../runtime/mode.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Computes tensors one by one where their recipes differ; of equal recipes, nothing. What is made of all of them, such as a
 * batch of samples that were changed at random, would otherwise be another program for every draw.
 */
export function computeApart(tensors: readonly Tensor[]): void {
  if (mode.tracing !== null || tensors.length < 2) return;
  const values = tensors.map((tensor) => tensor.current());
  const [first, ...rest] = values;
  if (rest.every((value) => sameRecipe(first, value))) return;
  for (const value of values) realize(value);
}

/** Whether two values are made by the same operations from what is ready. */
function sameRecipe(one: Value, other: Value): boolean {
  const partner = new Map<Node, Node>();
  const pairs: [Value, Value][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b] = pair;
    if (a === b || (a.ready && b.ready)) continue;
    if (a.ready !== b.ready || a.node === null || b.node === null || a.index !== b.index) return false;
    const known = partner.get(a.node);
    if (known === b.node) continue;
    if (known !== undefined || a.node.template !== b.node.template) return false;
    partner.set(a.node, b.node);
    for (const [i, input] of a.node.inputs.entries()) pairs.push([input, b.node.inputs[i]]);
  }
  return true;
}
