import { ValueError } from "../errors.ts";
import { describeArgument } from "./argument.ts";

/** NumPy's names of arguments, which PyTorch knows too. */
const numpyNames: Readonly<Record<string, string>> = { axis: "dim", keepdims: "keepdim" };

/**
 * Arguments that come in their places, by name in a record, or both, as Python's may: `x.sum(1, true)`,
 * `x.sum(1, { keepdim: true })` and `x.sum({ dim: 1, keepdim: true })` are one call. What is undefined counts as not given.
 *
 * @param names all that the call takes, in PyTorch's order.
 * @param required how many of them have no default.
 * @throws ValueError for an argument that there is not, that is given twice, or that is missing.
 */
export function keywords<O extends object>(
  names: readonly (keyof O & string)[],
  given: readonly unknown[],
  required = 0,
): O {
  const options: Record<string, unknown> = {};
  const known: readonly string[] = names;
  // Losses ask in every step of a training, so it takes no iterators and no closures.
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if (value === undefined) continue;
    if (isRecord(value)) {
      for (const key of Object.keys(value)) if (value[key] !== undefined) put(options, nameOf(key, known), value[key]);
    } else if (i < known.length) put(options, known[i], value);
    else throw unexpected(i, known);
  }
  for (let i = 0; i < required; i++)
    if (!(known[i] in options)) throw new ValueError(`missing required argument: '${known[i]}'`);
  return options as O;
}

function put(options: Record<string, unknown>, name: string, value: unknown): void {
  if (options[name] !== undefined) throw new ValueError(`got multiple values for argument '${name}'`);
  options[name] = value;
}

function nameOf(key: string, known: readonly string[]): string {
  if (known.includes(key)) return key;
  const name = numpyNames[key] ?? key;
  if (!known.includes(name)) throw unexpected(name, known);
  return name;
}

const unexpected = (name: string | number, names: readonly string[]): ValueError =>
  new ValueError(`got an unexpected argument '${name}': there are ${names.join(", ")}`);

/**
 * Refuses options that a function does not have, which would be lost in silence: `rounding_mode`, where it is `roundingMode`.
 *
 * @throws ValueError for another name than these, and for what is no record.
 */
export function requireNames(options: object, names: readonly string[]): void {
  const other = isRecord(options)
    ? Object.keys(options).find((name) => !names.includes(name))
    : describeArgument(options);
  if (other !== undefined) throw unexpected(other, names);
}

/** Whether a value was written as `{ … }`. */
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * The other ways to give arguments of which the first few have no default: of these, the last one or more by name, with the
 * options. `ByName<{ a: number; b: number; c?: number }, ["a", "b"]>` is `[{ a, b, c? }] | [a, { b, c? }]`.
 */
export type ByName<All extends object, Required extends readonly PropertyKey[]> = Required extends readonly [
  infer First extends keyof All,
  ...infer Rest extends readonly PropertyKey[],
]
  ? [named: All] | [All[First], ...ByName<Omit<All, First>, Rest>]
  : never;
