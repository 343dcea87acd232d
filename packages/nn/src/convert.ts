import { moveTensors } from "@cresset/core/extend";
import { type DType, isFloat, noGrad, type Tensor } from "@cresset/core/functions";
import type { AnyModule } from "./module.ts";

/** Makes `target` stand for another tensor's data; its identity, as optimizers know it, stays. */
export function rebind(target: Tensor, source: Tensor): void {
  const requires = target.requiresGrad;
  const { storage, region, value, seen } = source;
  Object.assign(target, { storage, region, value, seen, edge: null });
  if (requires) target.requiresGrad_(true);
}

/** A module's parameters and buffers, each once. */
function stateOf(module: AnyModule): Set<Tensor> {
  return new Set<Tensor>([...module.parameters(), ...module.buffers()]);
}

/** Converts the float parameters and buffers of a module, and gradients, to a float dtype. */
export function convertModule(module: AnyModule, dtype: DType): void {
  noGrad(() => {
    for (const tensor of stateOf(module)) {
      if (!isFloat(tensor.dtype) || tensor.dtype === dtype) continue;
      const { grad } = tensor;
      rebind(tensor, tensor.to(dtype));
      if (grad !== null) tensor.grad = grad.to(dtype);
    }
  });
}

/**
 * Moves a module's parameters, their gradients, the state that an optimizer keeps for them, and its buffers to a device;
 * all of them at the end, or none.
 */
export function moveModule(module: AnyModule, device: string): Promise<void> {
  return moveTensors(stateOf(module), device);
}
