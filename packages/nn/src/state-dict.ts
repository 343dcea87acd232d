import { assign, describeArgument, sameShape } from "@cresset/core/extend";
import { CressetError, fromHost, noGrad, Tensor, ValueError } from "@cresset/core/functions";
import type { AnyModule } from "./module.ts";
import { sizeText } from "./printing.ts";

/**
 * Dotted names of parameters and persistent buffers with their values, in PyTorch's order. What a module's `getExtraState` gives,
 * of whatever type, is there as `_extra_state`.
 */
export type StateDict = Record<string, Tensor>;

/** Keys that a state dict lacked, and keys that the module does not know. */
export interface IncompatibleKeys {
  readonly missingKeys: string[];
  readonly unexpectedKeys: string[];
}

/** As PyTorch prints what `load_state_dict` returns. */
function describeKeys({ missingKeys, unexpectedKeys }: IncompatibleKeys): string {
  if (missingKeys.length === 0 && unexpectedKeys.length === 0) return "<All keys matched successfully>";
  const list = (keys: readonly string[]): string => `[${keys.map((key) => `'${key}'`).join(", ")}]`;
  return `_IncompatibleKeys(missing_keys=${list(missingKeys)}, unexpected_keys=${list(unexpectedKeys)})`;
}

/** A module's parameters and persistent buffers, without those of its children. */
function ownState(module: AnyModule): [string, Tensor][] {
  return [
    ...module.namedParameters({ recurse: false }),
    ...module.namedBuffers({ recurse: false, persistentOnly: true }),
  ];
}

/**
 * An empty state dict. As in PyTorch it has the field `_metadata`, hidden from loops: whoever writes it to a file knows by
 * that that its keys are names, also where they look like numbers (as in a list of parameters).
 */
export function emptyState(): StateDict {
  return Object.defineProperty({}, "_metadata", { value: {}, writable: true });
}

const extraKey = "_extra_state";

/** Adds a module's state, then its children's, under `prefix`. */
export function collectState(module: AnyModule, prefix: string, into: StateDict): StateDict {
  const { hooks } = module;
  for (const hook of hooks.all("save")) hook(module, prefix, false);
  for (const [name, tensor] of ownState(module)) into[prefix + name] = tensor.detach();
  if (module.getExtraState) into[prefix + extraKey] = module.getExtraState() as Tensor;
  for (const [name, child] of module.moduleEntries()) collectState(child, `${prefix}${name}.`, into);
  for (const hook of hooks.all("saved")) hook(module, into, prefix, {});
  return into;
}

/** Files of PyTorch before 0.4 have one number where there is a tensor without dimensions today. */
function isScalarOfOld(source: Tensor, target: Tensor): boolean {
  return target.shape.length === 0 && source.shape.join() === "1";
}

/** A value in the dtype, the shape and on the device of what it is written to. */
function placedLike(target: Tensor, source: Tensor): Tensor {
  const value = source.detach().to(target.dtype);
  if (value.device === target.device && sameShape(value.shape, target.shape)) return value;
  return fromHost(value.dataSync(), target.shape, target.dtype, target.device);
}

/**
 * Copies values into a module's parameters and buffers. All problems are reported at once, as PyTorch reports them. Unlike
 * there, nothing was copied then: PyTorch copies what fits before it raises.
 */
export function loadState(module: AnyModule, given: Readonly<StateDict>, strict: boolean): IncompatibleKeys {
  if (typeof given !== "object" || given === null || given instanceof Tensor || Array.isArray(given))
    throw new ValueError(`Expected state_dict to be dict-like, got ${describeArgument(given)}.`);
  const state: StateDict = Object.assign(Object.create(null), given);
  const missingKeys: string[] = [];
  const unexpectedKeys: string[] = [];
  const mismatches: string[] = [];
  const result: IncompatibleKeys = { missingKeys, unexpectedKeys };
  const copies: [target: Tensor, source: Tensor][] = [];
  const extras: (() => void)[] = [];
  const afterwards: (() => void)[] = [];
  const visit = (current: AnyModule, prefix: string): void => {
    const { hooks } = current;
    for (const hook of hooks.all("load"))
      hook(current, state, prefix, {}, true, missingKeys, unexpectedKeys, mismatches);
    current.learnSizes((name) => state[prefix + name]);
    const own: Map<string, Tensor | null> = new Map(ownState(current));
    if (current.setExtraState) own.set(extraKey, null);
    const children = new Map(current.moduleEntries());
    for (const [name, target] of own) {
      const key = prefix + name;
      const source: unknown = state[key];
      if (source === undefined) {
        // Batch normalization counts its batches since PyTorch 0.4.1. Files of before say no versions, and neither do plain ones.
        if (name !== "num_batches_tracked" || "_metadata" in given) missingKeys.push(key);
      } else if (target === null) extras.push(() => current.setExtraState?.(source));
      else if (!(source instanceof Tensor))
        mismatches.push(
          `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but ` +
            `received ${describeArgument(source)}`,
        );
      else if (!sameShape(source.shape, target.shape) && !isScalarOfOld(source, target))
        mismatches.push(
          `size mismatch for ${key}: copying a param with shape ${sizeText(source.shape)} from checkpoint, ` +
            `the shape in current model is ${sizeText(target.shape)}.`,
        );
      else copies.push([target, source]);
    }
    for (const key of Object.keys(state)) {
      if (!key.startsWith(prefix)) continue;
      const name = key.slice(prefix.length).split(".", 1)[0];
      if (!own.has(name) && !children.has(name)) unexpectedKeys.push(key);
    }
    for (const [name, child] of children) visit(child, `${prefix}${name}.`);
    for (const hook of hooks.all("loaded")) afterwards.push(() => hook(current, result));
  };
  const copy = (): void =>
    noGrad(() => {
      // What can fail comes before anything is written.
      const values = copies.map(([target, source]) => [target, placedLike(target, source)] as const);
      for (const [target, value] of values) assign(target, value, "loadStateDict");
      for (const set of extras) set();
    });
  visit(module, "");
  // Hooks see what was loaded, and decide which keys are errors.
  if (afterwards.length > 0 && mismatches.length === 0) {
    copy();
    for (const run of afterwards) run();
  }
  const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(", ");
  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `);
  if (strict && unexpectedKeys.length > 0)
    problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `);
  problems.push(...mismatches);
  if (problems.length > 0)
    throw new CressetError(`Error(s) in loading state_dict for ${module.typeName()}:\n\t${problems.join("\n\t")}`);
  if (afterwards.length === 0) copy();
  const print = (): string => describeKeys(result);
  return Object.defineProperties(result, {
    toString: { value: print },
    [Symbol.for("nodejs.util.inspect.custom")]: { value: print },
  });
}
