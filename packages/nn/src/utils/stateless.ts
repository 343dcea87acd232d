/** `torch.nn.utils.stateless`. */
import { Tensor, ValueError } from "@cresset/core/functions";
import type { AnyModule } from "../module.ts";

/** A field of a module, and what it held. */
interface Place {
  readonly owner: AnyModule;
  readonly field: string;
  readonly held: Tensor;
}

/** Where the parameters and buffers of a module are, by their names in state dicts. */
function placesOf(module: AnyModule): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [prefix, owner] of module.namedModules()) {
    const state = new Set<unknown>([...owner.parameters({ recurse: false }), ...owner.buffers({ recurse: false })]);
    for (const [field, held] of Object.entries(owner)) {
      if (!(held instanceof Tensor) || !state.has(held)) continue;
      const name = owner.stateName(field);
      places.set(prefix === "" ? name : `${prefix}.${name}`, { owner, field, held });
    }
  }
  return places;
}

/**
 * Calls a module with other parameters and buffers, by their names in state dicts; those that are not given are its own. Gradients
 * go to what was given. `torch.func.functional_call` in later versions of PyTorch.
 *
 * A parameter that is shared between modules is replaced in all of them.
 *
 * @throws ValueError for a name that the module does not have, or what is no tensor.
 * @example
 * const y = nn.utils.stateless.functionalCall(model, { "0.weight": weight }, x);
 */
export function functionalCall<In extends readonly unknown[], Out>(
  module: AnyModule & ((...inputs: In) => Out),
  parametersAndBuffers: Readonly<Record<string, Tensor>>,
  ...inputs: In
): Out {
  const places = placesOf(module);
  const unknown = Object.keys(parametersAndBuffers).filter((name) => !places.has(name));
  if (unknown.length > 0) throw new ValueError(`functional_call: Unexpected key(s): ${unknown.join(", ")}.`);
  const instead = new Map<Tensor, Tensor>();
  for (const [name, tensor] of Object.entries(parametersAndBuffers)) {
    const place = places.get(name);
    if (!(tensor instanceof Tensor)) throw new ValueError(`functional_call: "${name}" is no tensor`);
    if (place !== undefined) instead.set(place.held, tensor);
  }
  const replaced = [...places.values()].filter(({ held }) => instead.has(held));
  const put = ({ owner, field }: Place, value: unknown): void => {
    (owner as unknown as Record<string, unknown>)[field] = value;
  };
  try {
    for (const place of replaced) put(place, instead.get(place.held));
    return module(...inputs);
  } finally {
    for (const place of replaced) put(place, place.held);
  }
}
