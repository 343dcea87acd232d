import { call, operation } from "@cresset/core/extend";
import { Tensor } from "@cresset/core/functions";
import type { AnyModule } from "./module.ts";
import type { IncompatibleKeys, StateDict } from "./state-dict.ts";

/** What registering a hook returns. */
export interface RemovableHandle {
  /** Takes the hook away again. */
  remove(): void;
}

/** Called before `forward`; may return the inputs to use instead. */
// biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
export type ForwardPreHook<M extends AnyModule> = (module: M, inputs: Parameters<M>) => [...Parameters<M>] | void;

/** Called after `forward`; may return the output to use instead. */
export type ForwardHook<M extends AnyModule> = (
  module: M,
  inputs: Parameters<M>,
  output: ReturnType<M>,
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
) => ReturnType<M> | void;

/** The gradients of the inputs or of the outputs of a module; null where there is none. */
export type Gradients = readonly (Tensor | null)[];

/** Called when the gradients with respect to a module's inputs are known; may return other ones to use. */
export type FullBackwardHook<M extends AnyModule> = (
  module: M,
  gradInput: Gradients,
  gradOutput: Gradients,
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
) => Gradients | Tensor | void;

/** Called before `stateDict()` collects a module's state; `prefix` is its dotted name with a dot, "" at the top. */
export type StateDictPreHook<M extends AnyModule> = (module: M, prefix: string, keepVars: boolean) => void;

/** Called when the state of a module and its children is in `state`, which it may change. */
export type StateDictPostHook<M extends AnyModule> = (
  module: M,
  state: StateDict,
  prefix: string,
  localMetadata: Record<string, unknown>,
) => void;

/**
 * Called before a module takes its values out of `state`, a copy of what is loaded that it may change: the place to rename keys
 * of older files. What it adds to the last three is reported with what is found there.
 */
export type LoadStateDictPreHook<M extends AnyModule> = (
  module: M,
  state: StateDict,
  prefix: string,
  localMetadata: Record<string, unknown>,
  strict: boolean,
  missingKeys: string[],
  unexpectedKeys: string[],
  errorMessages: string[],
) => void;

/** Called when a module and its children have their values, children first; keys that it removes are no errors. */
export type LoadStateDictPostHook<M extends AnyModule> = (module: M, keys: IncompatibleKeys) => void;

/** What is called when. Who registers a hook knows more of the module than who calls it. */
interface Hooks {
  readonly before: ForwardPreHook<AnyModule>;
  readonly after: (module: AnyModule, inputs: readonly unknown[], output: unknown) => unknown;
  readonly backward: FullBackwardHook<AnyModule>;
  readonly save: StateDictPreHook<AnyModule>;
  readonly saved: StateDictPostHook<AnyModule>;
  readonly load: LoadStateDictPreHook<AnyModule>;
  readonly loaded: LoadStateDictPostHook<AnyModule>;
}

/** The hooks of a module, in order of registration. */
export class ModuleHooks {
  readonly #kinds = new Map<(...given: never[]) => unknown, keyof Hooks>();

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#kinds.size === 0;
  }

  /** The hooks of one kind that there are now: one may take itself away. */
  all<Kind extends keyof Hooks>(kind: Kind): readonly Hooks[Kind][] {
    return [...this.#kinds].filter((each) => each[1] === kind).map(([hook]) => hook as unknown as Hooks[Kind]);
  }

  add(kind: keyof Hooks, hook: (...given: never[]) => unknown): RemovableHandle {
    // One that is registered twice is called twice.
    const own = hook.bind(null);
    this.#kinds.set(own, kind);
    return { remove: () => void this.#kinds.delete(own) };
  }

  /** Runs a forward with all hooks around it. */
  run(module: AnyModule, inputs: readonly unknown[], forward: (inputs: readonly unknown[]) => unknown): unknown {
    let given = inputs;
    for (const hook of this.all("before")) {
      const other: unknown = hook(module, given as never);
      if (other !== undefined && other !== null) given = Array.isArray(other) ? other : [other];
    }
    const backward = this.all("backward");
    const compute = (passed: readonly unknown[]): unknown => {
      let output = forward(passed);
      for (const hook of this.all("after")) output = hook(module, passed, output) ?? output;
      return output;
    };
    return backward.length === 0 ? compute(given) : watched(module, backward, given, compute);
  }
}

/** Passes a tensor through, so that its gradient can be seen apart from that of other uses of the tensor. */
const passThrough = operation("backward_hook", ([x]) => x, { gradName: "BackwardHookFunctionBackward", half: "keep" });

/** A call whose hooks see the gradients of outputs and inputs, when the last of them is there. */
function watched(
  module: AnyModule,
  hooks: readonly FullBackwardHook<AnyModule>[],
  inputs: readonly unknown[],
  compute: (inputs: readonly unknown[]) => unknown,
): unknown {
  const gradInput: (Tensor | null)[] = inputs.map(() => null);
  const gradOutput: (Tensor | null)[] = [];
  let seen = 0;
  const report = (): Gradients | null => {
    let replaced: Gradients | null = null;
    for (const hook of hooks) {
      const other: Gradients | Tensor | null = hook(module, replaced ?? gradInput, gradOutput) ?? null;
      if (other !== null) replaced = other instanceof Tensor ? [other] : other;
    }
    return replaced;
  };
  const watch = (value: unknown, see: (grad: Tensor) => Tensor | undefined): unknown => {
    if (!(value instanceof Tensor && value.requiresGrad)) return value;
    const copy = call(passThrough, [value]);
    copy.registerHook(see);
    return copy;
  };
  const passed = inputs.map((input, at) =>
    watch(input, (grad) => {
      gradInput[at] = grad;
      seen++;
      if (seen < count) return undefined;
      // The gradient of the last input to arrive can still be replaced.
      seen = 0;
      return report()?.[at] ?? undefined;
    }),
  );
  const count = passed.filter((value, at) => value !== inputs[at]).length;
  const watchOutput = (value: unknown, at: number): unknown => {
    gradOutput[at] = null;
    return watch(value, (grad) => {
      gradOutput[at] = grad;
      if (count === 0) report();
      return undefined;
    });
  };
  const output = compute(passed);
  return Array.isArray(output) ? output.map(watchOutput) : watchOutput(output, 0);
}
