import * as torch from "cresset";

/** What a module exports, by name: operations are looked up by their recorded names. */
export type Namespace = Readonly<Record<string, unknown>>;

export type AnyFunction = (...args: unknown[]) => unknown;
export type AnyConstructor = new (...args: unknown[]) => unknown;

/** The library under test. */
export const library: Namespace = { ...torch };

/** How the text of a missing operation begins. Such a case fails whatever its marks. */
export const missingOperation = "no such operation: ";

/** A recorded case names something that the library does not have. */
export class NoSuchOperation extends Error {
  override readonly name = "NoSuchOperation";

  constructor(path: string) {
    super(`${missingOperation}${path}`);
  }
}

/** `foo_bar_` → `fooBar_`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[A-Za-z0-9])_([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What a path such as "nn.functional.softmax" (already in camelCase) leads to, or undefined. */
export function lookUp(path: string): unknown {
  let found: unknown = library;
  for (const name of path.split(".")) {
    if ((typeof found !== "object" && typeof found !== "function") || found === null) return undefined;
    found = (found as Namespace)[name];
  }
  return found;
}

/** A function of the library. @throws NoSuchOperation naming `path` if it is missing. */
export function functionAt(path: string): AnyFunction {
  const found = lookUp(path);
  if (typeof found !== "function") throw new NoSuchOperation(path);
  return found as AnyFunction;
}

/** A class of the library. @throws NoSuchOperation naming `path` if it is missing. */
export function classAt(path: string): AnyConstructor {
  return functionAt(path) as unknown as AnyConstructor;
}

/** A method of an object of the library, bound to it. @throws NoSuchOperation if it is missing. */
export function methodOf(object: unknown, name: string, path = name): AnyFunction {
  const found = (object as Namespace)[name];
  if (typeof found !== "function") throw new NoSuchOperation(path);
  return found.bind(object) as AnyFunction;
}
