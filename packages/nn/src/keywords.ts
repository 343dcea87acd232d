import { keywords as argumentsOf, isScalar, toNumber } from "@cresset/core/extend";

export type { ByName } from "@cresset/core/extend";

/** Arguments in places, any of which may be an object with the others by name: `f(3, 2)`, `f(3, { stride: 2 })`, `f({ … })`. */
export type Places<List extends readonly unknown[], Options> = { [At in keyof List]: List[At] | Options };

/**
 * The arguments of a call in places, by name in a record, or both: `keywords<Options>(["alpha"], [alpha, options])`. The first
 * `required` of the names have no default. Scalars made by `float(x)` become plain numbers.
 *
 * @param names all that the call takes, in PyTorch's order.
 * @throws ValueError for an argument that there is not, and for one that is missing.
 */
export function keywords<O extends object>(
  names: readonly (keyof O & string)[],
  given: readonly unknown[],
  required?: number,
): O {
  const options = argumentsOf<Record<string, unknown>>(names, given, required);
  for (const name in options) options[name] = plain(options[name]);
  return options as O;
}

const plain = (value: unknown): unknown => (typeof value === "object" && isScalar(value) ? toNumber(value) : value);
