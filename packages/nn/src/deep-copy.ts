import { noGrad, Tensor } from "@cresset/core/functions";
import { type AnyModule, Module } from "./module.ts";
import { Buffer, Parameter } from "./parameter.ts";

/**
 * A module like another one with parameters and buffers of its own, as Python's `copy.deepcopy` makes it: nothing is drawn.
 * Parameters that the module shares between children are shared in the copy. Hooks are not copied, and
 * classes below `Module` cannot have private `#members`. Records, arrays and maps are copied, too, with the tensors in them.
 *
 * @example
 * const best = nn.deepCopy(model.stateDict());
 */
export function deepCopy<T>(value: T): T {
  return noGrad(() => copyOf(value, new Map()) as T);
}

function copyOf(value: unknown, known: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" && typeof value !== "function") return value;
  if (value === null) return value;
  const found = known.get(value);
  if (found !== undefined) return found;
  const copy = fresh(value, known);
  known.set(value, copy);
  if (value instanceof Module) {
    const persistent = new Set(
      value.namedBuffers({ recurse: false, persistentOnly: true }).map(([, buffer]) => buffer),
    );
    const buffers = new Set(value.namedBuffers({ recurse: false }).map(([, buffer]) => buffer));
    for (const [name, field] of Object.entries(value)) {
      if (buffers.has(field))
        (copy as AnyModule).registerBuffer(name, copyOf(field, known) as Tensor, { persistent: persistent.has(field) });
      else Object.defineProperty(copy, name, { ...ownField, value: copyOf(field, known) });
    }
    // Computed of other fields: a normalised weight.
    for (const [name, field] of Object.entries(Object.getOwnPropertyDescriptors(value)))
      if (field.get !== undefined) Object.defineProperty(copy, name, field);
  } else if (copy !== value && Array.isArray(value)) {
    for (const item of value) (copy as unknown[]).push(copyOf(item, known));
  } else if (copy !== value && !(value instanceof Tensor)) {
    for (const [name, field] of Object.entries(value)) (copy as Record<string, unknown>)[name] = copyOf(field, known);
  }
  return copy;
}

const ownField = { writable: true, enumerable: true, configurable: true } as const;

/** An empty copy; tensors are copied with their values, and what is neither data nor a module is shared. */
function fresh(value: object, known: Map<unknown, unknown>): unknown {
  // Only the base class's constructor runs: those of subclasses would draw new parameters.
  if (value instanceof Module) return Reflect.construct(Module, [], value.constructor as new () => object);
  if (value instanceof Parameter) return new Parameter(value.detach().clone(), { requiresGrad: value.requiresGrad });
  if (value instanceof Buffer) return new Buffer(value.detach().clone(), { persistent: value.persistent });
  if (value instanceof Tensor) return value.detach().clone();
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [copyOf(k, known), copyOf(v, known)]));
  return Object.getPrototypeOf(value) === Object.prototype ? {} : value;
}
