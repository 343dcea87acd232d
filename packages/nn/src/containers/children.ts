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

/** The module at a position, negative from the end. */
export function moduleAt(container: AnyModule, index: number): AnyModule {
  const module = modulesIn(container).at(index);
  if (module === undefined) throw outOfRange(index);
  return module;
}

/**
 * Adds modules at the end, under numbers.
 *
 * @throws ValueError for what is no module, and after modules with other names: fields that are numbers come before them.
 */
export function appendModules(container: AnyModule, modules: Iterable<AnyModule>): void {
  if (container.moduleEntries().some(([name]) => Number.isNaN(+name)))
    throw new ValueError("after modules with names: registerModule(name, module)");
  for (const module of modules) container.registerModule(String(container.length), required(container, module));
}

/**
 * Takes out modules from a position on and puts others there, as an array's `splice`. As many have the names of the old ones;
 * else all are called "0", "1", … then, as in PyTorch.
 *
 * @throws IndexError for a position that there is not. ValueError for what is no module.
 */
export function spliceModules(container: AnyModule, index: number, count: number, ...others: AnyModule[]): AnyModule[] {
  for (const other of others) required(container, other);
  const names = container.moduleEntries().map(([name]) => name);
  if (index < -names.length || index > names.length - count) throw outOfRange(index);
  const modules = modulesIn(container);
  const taken = modules.splice(index, count, ...others);
  for (const name of names) Reflect.deleteProperty(container, name);
  for (const [i, module] of modules.entries())
    container.registerModule(others.length === count ? names[i] : `${i}`, module);
  return taken;
}

function required(container: AnyModule, module: AnyModule): AnyModule {
  if (module instanceof Module) return module;
  throw new ValueError(`${container.typeName()}: ${describeArgument(module)} is not a Module subclass`);
}

const outOfRange = (index: number): IndexError => new IndexError(`index ${index} is out of range`);
