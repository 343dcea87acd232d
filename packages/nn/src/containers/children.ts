import { describeArgument } from "@cresset/core/extend";
import { IndexError, ValueError } from "@cresset/core/functions";
import { type AnyModule, Module } from "../module.ts";

/** The modules of a container in order; one that is in it twice appears twice. */
export function modulesIn(container: AnyModule): AnyModule[] {
  const found: AnyModule[] = [];
  // Three times as fast as Object.values, and every call of a Sequential asks.
  for (const name of Object.keys(container)) {
    const value: unknown = container[name as keyof AnyModule];
    if (value instanceof Module) found.push(value);
  }
  return found;
}

/**
 * Modules with their names, from a record or from entries.
 *
 * @throws ValueError for anything else.
 */
export function namedModules<M extends AnyModule>(
  container: string,
  given: Readonly<Record<string, M>> | Iterable<readonly [string, M]>,
): [string, M][] {
  const entries: unknown[] | undefined =
    typeof given !== "object" || given === null
      ? undefined
      : Symbol.iterator in given
        ? [...(given as Iterable<unknown>)]
        : Object.entries(given);
  const named = (entry: unknown): entry is [string, M] =>
    Array.isArray(entry) && typeof entry[0] === "string" && (entry[1] === null || entry[1] instanceof Module);
  if (entries?.every(named)) return entries;
  const what =
    Array.isArray(given) && given.some((each) => each instanceof Module)
      ? "an array of modules"
      : describeArgument(given);
  throw new ValueError(
    `${container}: expected modules by name, as { hidden: new nn.Linear(2, 2) }, but got ${what}` +
      (container === "Sequential" ? "; without names: new nn.Sequential(...modules)" : ""),
  );
}

/** @throws ValueError unless all are modules. */
export function requireModules(container: string, modules: unknown): void {
  const list =
    typeof (modules as Iterable<unknown> | null)?.[Symbol.iterator] === "function"
      ? [...(modules as Iterable<unknown>)]
      : [modules];
  for (const module of list)
    if (!(module instanceof Module))
      throw new ValueError(`${container}: ${describeArgument(module)} is not a Module subclass`);
}

/** The module at a position, negative from the end. */
export function moduleAt(container: AnyModule, index: number): AnyModule {
  const module = modulesIn(container).at(index);
  if (module === undefined) throw new IndexError(`index ${index} is out of range`);
  return module;
}
