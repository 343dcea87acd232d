import type { Tensor } from "@cresset/core";
import { camelCase, classAt } from "../api/library.ts";
import type { Bench } from "../read/bench.ts";
import { isObject, type Json, type JsonObject } from "../read/json.ts";
import { argument, WholeFloat } from "../read/values.ts";

/** What the suite uses of a module of the library. */
export interface LibraryModule {
  (...inputs: unknown[]): unknown;
  train(mode?: boolean): unknown;
  eval(): unknown;
  stateDict(): Record<string, Tensor>;
  loadStateDict(state: Record<string, Tensor>, options?: { strict?: boolean }): unknown;
  parameters(): Iterable<Tensor>;
  namedParameters(): Iterable<[string, Tensor]>;
  toString(): string;
  to(target: string): unknown;
}

/** How a module is recorded. */
export interface ModuleRecipe {
  readonly module: string;
  readonly args: readonly Json[];
  readonly kwargs: JsonObject;
}

/**
 * Constructs a recorded module: positional arguments as they are, keyword arguments as the trailing options object.
 *
 * @throws NoSuchOperation if the library does not have it.
 */
export function buildModule(recipe: ModuleRecipe, bench: Bench): LibraryModule {
  const Constructor = classAt(recipe.module.replace(/^torch\./, ""));
  const args = recipe.args.map((value) => constructorArgument(value, bench));
  const options = Object.entries(recipe.kwargs).map(([name, value]) => [
    camelCase(name),
    constructorArgument(value, bench),
  ]);
  if (options.length > 0) args.push(Object.fromEntries(options));
  return new Constructor(...args) as LibraryModule;
}

/** Sub-modules are built; numbers are plain. */
export function constructorArgument(value: Json, bench: Bench): unknown {
  if (isObject(value) && "module" in value) return buildModule(value as unknown as ModuleRecipe, bench);
  return plainNumbers(argument(value, bench));
}

/** Numbers of constructors never decide a dtype: whole floats are ordinary numbers. */
export function plainNumbers(value: unknown): unknown {
  if (value instanceof WholeFloat) return value.value;
  return Array.isArray(value) ? value.map(plainNumbers) : value;
}

/** `["Linear", 3, 5]` and its neighbours as a Sequential. */
export function buildSequential(layers: readonly (readonly Json[])[], bench: Bench): LibraryModule {
  const modules = layers.map(([name, ...args]) =>
    buildModule({ module: `torch.nn.${String(name)}`, args, kwargs: {} }, bench),
  );
  const Sequential = classAt("nn.Sequential");
  return new Sequential(...modules) as LibraryModule;
}

/** The tensors of a recorded state dict. */
export function stateOf(state: Readonly<Record<string, string>>, bench: Bench): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(state).map(([name, key]) => [name, bench.tensor(key)]));
}
