import { empty, noGrad, random } from "@cresset/core/functions";
import { rebind } from "../convert.ts";
import type { AnyModule } from "../module.ts";

/**
 * A module whose parameters and buffers are not initialised, for those that are loaded anyway: what its constructor draws is drawn
 * from no generator that others use.
 *
 * @example const layer = nn.utils.skipInit(nn.Linear, 20, 30);
 */
export function skipInit<A extends readonly unknown[], M extends AnyModule>(
  moduleClass: new (...args: A) => M,
  ...args: A
): M {
  return random.forkRng(() => {
    const module = new moduleClass(...args);
    noGrad(() => {
      for (const tensor of [...module.parameters(), ...module.buffers()])
        rebind(tensor, empty([...tensor.shape], { dtype: tensor.dtype, device: tensor.device }));
    });
    return module;
  });
}
