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

type Hook = (args: readonly unknown[]) => unknown;

interface Hooked {
  step(...args: readonly unknown[]): unknown;
}

/** What is called before and after the steps of an optimizer. */
const hooked = new WeakMap<Hooked, readonly [before: Set<Hook>, after: Set<Hook>]>();

/** Calls a function before or after each step, in order of registration. Optimizers without hooks are as they were. */
export function onStep(optimizer: Hooked, after: 0 | 1, hook: Hook): RemovableHandle {
  const hooks = hooked.get(optimizer) ?? wrapped(optimizer);
  hooks[after].add(hook);
  return { remove: () => void hooks[after].delete(hook) };
}

function wrapped(optimizer: Hooked): readonly [Set<Hook>, Set<Hook>] {
  const hooks = [new Set<Hook>(), new Set<Hook>()] as const;
  hooked.set(optimizer, hooks);
  const { step } = optimizer;
  optimizer.step = (...given) => {
    let args: readonly unknown[] = given;
    for (const hook of hooks[0]) args = (hook(args) as readonly unknown[] | undefined) ?? args;
    const ended = (result: unknown): unknown => {
      for (const hook of hooks[1]) hook(args);
      return result;
    };
    const result = step.apply(optimizer, args as unknown[]);
    return result instanceof Promise ? result.then(ended) : ended(result);
  };
  return hooks;
}
