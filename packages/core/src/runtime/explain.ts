import { build } from "../compiler/compile.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { planEvaluation } from "./evaluate.ts";

/**
 * The program that would compute a tensor now, as text: commands, kernels and the code that its backend runs. Computes
 * nothing.
 *
 * @example
 * console.log(explain(model(x)));
 */
export function explain(tensor: Tensor): string {
  const value = tensor.current();
  const { backend } = value.device;
  if (value.ready)
    return `a value of ${value.type.dtype}[${value.type.shape.join(", ")}] on ${backend.name}: nothing to compute`;
  const { order, outputs } = planEvaluation([value]);
  return backend.explain(build(order, outputs, backend.cutsLoops).program);
}
