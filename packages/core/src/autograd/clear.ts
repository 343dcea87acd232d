import { zero_ } from "../ops/in-place.ts";
import { noGrad } from "../runtime/mode.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Drops a tensor's gradient, or makes it zero where it is, for whoever holds it. */
export function clearGradient(tensor: Tensor, setToNone: boolean): void {
  const { grad } = tensor;
  if (grad === null || setToNone) tensor.grad = null;
  else {
    if (grad.edge !== null) tensor.grad = grad.detach();
    noGrad(() => zero_(tensor.grad as Tensor));
  }
}
