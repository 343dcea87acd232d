import { call, operation } from "@cresset/core/extend";
import { Tensor } from "@cresset/core/functions";
import type { AnyModule } from "./module.ts";

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

/** Hooks of one kind, called in order of registration. */
class HookList<Hook> {
  #hooks: readonly Hook[] = [];

  get all(): readonly Hook[] {
    return this.#hooks;
  }

  add(hook: Hook): RemovableHandle {
    this.#hooks = [...this.#hooks, hook];
    return {
      remove: () => {
        this.#hooks = this.#hooks.filter((other) => other !== hook);
      },
    };
  }
}

/** The hooks of a module. They see the module through a wider type than their registration checked. */
export class ModuleHooks {
  readonly before = new HookList<(inputs: readonly unknown[]) => unknown>();
  readonly after = new HookList<(inputs: readonly unknown[], output: unknown) => unknown>();
  readonly backward = new HookList<(gradInput: Gradients, gradOutput: Gradients) => unknown>();

  /** Runs a forward with all hooks around it. */
  run(inputs: readonly unknown[], forward: (inputs: readonly unknown[]) => unknown): unknown {
    let given = inputs;
    for (const hook of this.before.all) {
      const other = hook(given);
      if (other !== undefined && other !== null) given = Array.isArray(other) ? other : [other];
    }
    const watch = this.backward.all.length === 0 ? null : new BackwardWatch(this.backward.all);
    let output = forward(watch === null ? given : watch.inputs(given));
    for (const hook of this.after.all) output = hook(given, output) ?? output;
    return watch === null ? output : watch.outputs(output);
  }
}

/** Passes a tensor through, so that its gradient can be seen apart from that of other uses of the tensor. */
const passThrough = operation("backward_hook", ([x]) => x, { gradName: "BackwardHookFunctionBackward", half: "keep" });

/** Collects the gradients of one call's outputs and inputs. */
class BackwardWatch {
  readonly #hooks: readonly ((gradInput: Gradients, gradOutput: Gradients) => unknown)[];
  #gradOutput: (Tensor | null)[] = [];
  #gradInput: (Tensor | null)[] = [];
  #waiting = 0;

  constructor(hooks: readonly ((gradInput: Gradients, gradOutput: Gradients) => unknown)[]) {
    this.#hooks = hooks;
  }

  inputs(inputs: readonly unknown[]): unknown[] {
    this.#gradInput = inputs.map(() => null);
    const watched: Tensor[] = [];
    const passed = inputs.map((input) => {
      if (!(input instanceof Tensor) || !input.requiresGrad) return input;
      const copy = call(passThrough, [input]);
      watched.push(copy);
      return copy;
    });
    this.#waiting = watched.length;
    for (const [at, input] of passed.entries()) {
      if (input instanceof Tensor && watched.includes(input)) input.registerHook((grad) => this.#sawInput(at, grad));
    }
    return passed;
  }

  outputs(output: unknown): unknown {
    const pass = (tensor: Tensor, at: number): Tensor => {
      if (!tensor.requiresGrad) return tensor;
      const copy = call(passThrough, [tensor]);
      copy.registerHook((grad) => {
        this.#gradOutput[at] = grad;
        if (this.#waiting === 0) this.#report();
      });
      return copy;
    };
    const outputs = Array.isArray(output) ? output : [output];
    this.#gradOutput = outputs.map(() => null);
    const passed = outputs.map((one, at) => (one instanceof Tensor ? pass(one, at) : one));
    return Array.isArray(output) ? passed : passed[0];
  }

  /** The gradient of the last input to arrive can still be replaced. */
  #sawInput(at: number, grad: Tensor): Tensor | undefined {
    this.#gradInput[at] = grad;
    this.#waiting--;
    if (this.#waiting > 0) return undefined;
    const replaced = this.#report();
    return replaced?.[at] ?? undefined;
  }

  #report(): Gradients | null {
    let gradInput: Gradients = this.#gradInput;
    let replaced: Gradients | null = null;
    for (const hook of this.#hooks) {
      const other = hook(gradInput, this.#gradOutput);
      if (other === undefined || other === null) continue;
      gradInput = Array.isArray(other) ? (other as Gradients) : [other as Tensor];
      replaced = gradInput;
    }
    return replaced;
  }
}
