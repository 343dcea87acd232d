/** `torch.nn.utils.parametrize`: parameters that modules compute from others. */
import { NotImplementedError, Tensor, ValueError } from "@cresset/core/functions";
import { ModuleDict } from "../containers/module-dict.ts";
import { rebind } from "../convert.ts";
import type { AnyModule } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { type Parametrization, ParametrizationList, registerState, requireSame } from "./parametrization-list.ts";

export { type Parametrization, ParametrizationList } from "./parametrization-list.ts";

type Fields = Record<string, unknown>;

/** Values that `cached` keeps; null outside of it. */
let cache: Map<ParametrizationList, Tensor> | null = null;

/**
 * Runs `fn` with every parametrized tensor computed once, however often it is read: PyTorch's `with parametrize.cached():`.
 *
 * @throws ValueError where `fn` returns a promise: the values would be used by other code while it waits.
 * @example const y = nn.utils.parametrize.cached(() => model(x));
 */
export function cached<T>(fn: () => T): T {
  const outer = cache;
  cache ??= new Map();
  try {
    const result = fn();
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new ValueError("cached(fn): fn returned a promise; compute inside, and await the values outside");
    }
    return result;
  } finally {
    cache = outer;
  }
}

/** The parametrizations of a module's tensors, by the tensors' names in state dicts; null where there are none. */
function parametrizationsOf(module: AnyModule): ModuleDict<ParametrizationList> | null {
  const held = (module as unknown as Fields).parametrizations;
  return held instanceof ModuleDict ? (held as ModuleDict<ParametrizationList>) : null;
}

/**
 * Whether a tensor of the module is parametrized; without a name, whether any is.
 */
export function isParametrized(module: AnyModule, tensorName?: string): boolean {
  const held = parametrizationsOf(module);
  if (held === null) return false;
  return tensorName === undefined ? held.length > 0 : held.has(module.stateName(tensorName));
}

/** The classes made here, with the prototype that each extends. */
const plainPrototypes = new WeakMap<object, object>();

/** A class of its own for a module, which prints as `ParametrizedLinear`; deep copies share it. */
function injectClass(module: AnyModule): void {
  const plain = Object.getPrototypeOf(module) as object;
  const Base = module.constructor as new () => object;
  const name = `Parametrized${module.typeName()}`;
  // Never constructed but by deepCopy, which runs the constructor of Module alone.
  class Parametrized extends Base {
    static readonly typeName: string = name;
  }
  plainPrototypes.set(Parametrized.prototype, plain);
  Object.setPrototypeOf(module, Parametrized.prototype);
}

/** Makes a field compute the tensor, and assignments to it set the originals. */
function injectProperty(module: AnyModule, field: string): void {
  const name = module.stateName(field);
  const listOf = (owner: AnyModule): ParametrizationList => {
    const held = parametrizationsOf(owner)?.get(name);
    if (held === undefined) throw new ValueError(`${owner.typeName()} has no parametrization of \`${field}\``);
    return held;
  };
  Object.defineProperty(module, field, {
    // Of the module that it is read from: a deep copy has it too.
    get(this: AnyModule): Tensor {
      const list = listOf(this);
      if (cache === null) return list();
      const value = cache.get(list) ?? list();
      cache.set(list, value);
      return value;
    },
    set(this: AnyModule, value: Tensor) {
      listOf(this).rightInverse(value);
    },
    // Not a field that holds state.
    enumerable: false,
    configurable: true,
  });
}

/** Options of `registerParametrization`. */
export interface ParametrizationOptions {
  /** Whether the parametrization may change dtype and shape; nothing is checked then. Default false. */
  readonly unsafe?: boolean;
}

/**
 * Makes a parameter or buffer of a module the output of another module: `module.weight` is then `parametrization(original)`,
 * computed wherever it is read, of `module.parametrizations.weight.original`, which optimizers find. Several may be registered on
 * one tensor; each takes what the one before gives. Assigning to `module.weight` sets the originals, where all parametrizations
 * have a `rightInverse`. Returns the module.
 *
 * @throws ValueError where the module has no such tensor, or where the parametrization changes its dtype or shape.
 * @example
 * class Symmetric extends nn.Module {
 *   forward(x: Tensor) { return x.triu().add(x.triu(1).T); }
 *   rightInverse(a: Tensor) { return a.triu(); }
 * }
 * const layer = nn.utils.parametrize.registerParametrization(new nn.Linear(3, 3), "weight", new Symmetric());
 */
export function registerParametrization<M extends AnyModule>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  { unsafe = false }: ParametrizationOptions = {},
): M {
  parametrization.train(module.training);
  const fields = module as unknown as Fields;
  const list = isParametrized(module, tensorName)
    ? parametrizationsOf(module)?.get(module.stateName(tensorName))
    : undefined;
  if (list !== undefined) {
    if (!unsafe) requireFitting(tensorName, fields[tensorName] as Tensor, parametrization);
    list.append(parametrization);
    list.unsafe ||= unsafe;
    return module;
  }
  const original = stateOf(module, tensorName);
  if (original === null)
    throw new ValueError(
      `Module '${module}' does not have a parameter, a buffer, or a parametrized element with name '${tensorName}'`,
    );
  const made = new ParametrizationList([parametrization], original, unsafe);
  delete fields[tensorName];
  if (!isParametrized(module)) {
    injectClass(module);
    module.registerModule("parametrizations", new ModuleDict());
  }
  injectProperty(module, tensorName);
  parametrizationsOf(module)?.set(module.stateName(tensorName), made);
  return module;
}

/** A parameter or buffer that a module holds under a field's name. */
function stateOf(module: AnyModule, field: string): Tensor | null {
  const held = (module as unknown as Fields)[field];
  const state = new Set<unknown>([...module.parameters({ recurse: false }), ...module.buffers({ recurse: false })]);
  return Object.hasOwn(module, field) && held instanceof Tensor && state.has(held) ? held : null;
}

/** @throws ValueError unless a further parametrization, and its inverse, keep dtype and shape. */
function requireFitting(name: string, before: Tensor, parametrization: Parametrization): void {
  const after = (parametrization as unknown as (value: Tensor) => Tensor)(before);
  requireSame(after, before, {
    change: "Registering a parametrization may not change the % of the tensor, unless the `unsafe` flag is enabled.",
    before: (what) => `module.${name}.${what}`,
    after: (what) => `parametrization(module.${name}).${what}`,
  });
  try {
    const inverse = parametrization.rightInverse?.(after);
    if (inverse !== undefined)
      requireSame(inverse, before, {
        change: `The tensor returned by parametrization.right_inverse must have the same % as module.${name}, unless the \`unsafe\` flag is enabled.`,
        before: (what) => `module.${name}.${what}`,
        after: (what) => `returned ${what}`,
      });
  } catch (error) {
    if (!(error instanceof NotImplementedError)) throw error;
  }
}

/**
 * Makes a parameter (or buffer) of a parametrized tensor again. Returns the module.
 *
 * @param leaveParametrized whether it gets the value that was computed last (default), or that of `original`.
 * @throws ValueError where it is not parametrized; with `leaveParametrized: false`, where it was computed from several.
 */
export function removeParametrizations<M extends AnyModule>(
  module: M,
  tensorName: string,
  leaveParametrized: boolean | { readonly leaveParametrized?: boolean } = true,
): M {
  const leave =
    typeof leaveParametrized === "boolean" ? leaveParametrized : (leaveParametrized.leaveParametrized ?? true);
  const held = parametrizationsOf(module);
  const name = module.stateName(tensorName);
  if (held === null || !held.has(name))
    throw new ValueError(`Module ${module} does not have a parametrization on ${tensorName}`);
  const list = held.get(name);
  if (!list.isTensor && !leave)
    throw new ValueError(
      "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.",
    );
  let [result] = list.originals();
  if (leave) {
    const value = (module as unknown as Record<string, Tensor>)[tensorName];
    if (list.isTensor) rebind(result, value.detach());
    else result = value.requiresGrad ? new Parameter(value.detach()) : value;
  }
  delete (module as unknown as Fields)[tensorName];
  held.delete(name);
  registerState(module, tensorName, result);
  if (held.length === 0) {
    delete (module as unknown as Fields).parametrizations;
    const own = Object.getPrototypeOf(module) as object;
    Object.setPrototypeOf(module, plainPrototypes.get(own) ?? own);
  }
  return module;
}

/** The class of a module, without what parametrizations made of it. */
export function typeBeforeParametrizations(module: AnyModule): unknown {
  const plain = plainPrototypes.get(Object.getPrototypeOf(module) as object);
  return (plain ?? Object.getPrototypeOf(module)).constructor;
}

/**
 * Registers the parametrizations of one module on another, which from then on computes its tensors from the same originals.
 *
 * @param tensorName of one tensor only; default all.
 */
export function transferParametrizationsAndParams<M extends AnyModule>(
  fromModule: AnyModule,
  toModule: M,
  tensorName?: string,
): M {
  const held = parametrizationsOf(fromModule);
  if (held === null || held.length === 0) return toModule;
  const fields = fromModule as unknown as Record<string, Tensor>;
  const names = Object.getOwnPropertyNames(fromModule).filter((name) => held.has(fromModule.stateName(name)));
  for (const name of tensorName === undefined ? names : [tensorName]) {
    if (!(name in toModule)) toModule.registerParameter(name, new Parameter(fields[name].detach()));
    const source = held.get(fromModule.stateName(name));
    for (const parametrization of source) registerParametrization(toModule, name, parametrization);
    const target = parametrizationsOf(toModule)?.get(toModule.stateName(name));
    const originals = source.isTensor ? ["original"] : source.originals().map((_, i) => `original${i}`);
    for (const [i, original] of source.originals().entries())
      if (target !== undefined) registerState(target, originals[i], original);
  }
  return toModule;
}
