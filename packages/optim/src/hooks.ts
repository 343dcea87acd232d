import type { OptimizerStateDict } from "./optimizer.ts";

/** What registering a hook returns. */
export interface RemovableHandle {
  /** Takes the hook away again. */
  remove(): void;
}

/** Called before a step with its arguments; may return others to use instead. */
// biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
export type StepPreHook<O> = (optimizer: O, args: readonly unknown[]) => readonly unknown[] | void;

/** Called after a step with its arguments. */
export type StepPostHook<O> = (optimizer: O, args: readonly unknown[]) => void;

/** Called with a state dict that is given out or loaded; may return another one to use instead. */
// biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
export type StateDictHook<O> = (optimizer: O, state: OptimizerStateDict) => OptimizerStateDict | void;

/** Sees the arguments of a call, and after it what came of it; what it returns takes the place of the one or the other. */
type Around = (args: readonly unknown[], result: unknown) => unknown;

interface Hooks {
  readonly before: Set<Around>;
  readonly after: Set<Around>;
}

type Method = (...args: readonly unknown[]) => unknown;

/** The methods of an object that hooks are around, by name. */
const hooked = new WeakMap<object, Record<string, Hooks>>();

/** Calls a function before or after a method of an object, in order of registration. Objects without hooks are as they were. */
export function around(target: object, name: string, when: keyof Hooks, hook: Around): RemovableHandle {
  const methods = hooked.get(target) ?? {};
  hooked.set(target, methods);
  methods[name] ??= wrapped(target as Record<string, Method>, name);
  const hooks = methods[name][when].add(hook);
  return { remove: () => void hooks.delete(hook) };
}

function wrapped(target: Record<string, Method>, name: string): Hooks {
  const hooks = { before: new Set<Around>(), after: new Set<Around>() };
  const method = target[name];
  target[name] = (...given) => {
    let args: readonly unknown[] = given;
    for (const hook of hooks.before) args = (hook(args, undefined) as readonly unknown[] | undefined) ?? args;
    const seen = (result: unknown): unknown => {
      let last = result;
      for (const hook of hooks.after) last = hook(args, last) ?? last;
      return last;
    };
    const result = method.call(target, ...args);
    return result instanceof Promise ? result.then(seen) : seen(result);
  };
  return hooks;
}
