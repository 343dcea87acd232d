import { AutogradError } from "../errors.ts";
import { type Edge, noHooks } from "../graph/recording.ts";
import { plus } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Called with a tensor's gradient when `backward` reaches it; may return a replacement. */
export type GradientHook = (grad: Tensor) => Tensor | null | undefined;

/** Undoes a registration. */
export interface HookHandle {
  remove(): void;
}

/** A hook as an edge has it. */
export interface Hook extends GradientHook {
  /** Whether it keeps the gradient of a non-leaf. */
  readonly keeps?: boolean;
}

function add(edge: Edge, hook: Hook): void {
  edge.hooks = [...edge.hooks, hook];
}

function remove(edge: Edge, hook: Hook): void {
  edge.hooks = edge.hooks.filter((other) => other !== hook);
}

/**
 * Calls `hook` with the gradient of `tensor` in every `backward`; what it returns replaces the gradient.
 *
 * @throws AutogradError if the tensor does not require grad.
 */
export function registerHook(tensor: Tensor, hook: GradientHook): HookHandle {
  tensor.current();
  const { edge } = tensor;
  if (edge === null) throw new AutogradError("cannot register a hook on a tensor that doesn't require gradient");
  const registered = (grad: Tensor): Tensor | null | undefined => hook(grad);
  add(edge, registered);
  return { remove: () => remove(edge, registered) };
}

/** What was to be kept of one edge is kept of another. */
export function moveKeeper(from: Edge | null, to: Edge | null): void {
  if (from === null || to === null) return;
  for (const hook of from.hooks) {
    if (!hook.keeps) continue;
    remove(from, hook);
    add(to, hook);
  }
}

/** A view that is written is no longer what its hooks were for. */
export function forgetHooks(edge: Edge): void {
  edge.hooks = noHooks;
}

/** Keeps the gradient of a non-leaf in `.grad`, as hooks before it made it; later ones add up. */
export function retainGrad(tensor: Tensor): void {
  if (retainsGrad(tensor)) return;
  const { edge } = tensor;
  if (edge === null) throw new AutogradError("can't retain_grad on Tensor that has requires_grad=False");
  if (edge.recording === null) return;
  const keeper = (grad: Tensor): undefined => {
    tensor.retained = tensor.retained === null ? grad : plus(tensor.retained, grad);
  };
  add(edge, Object.assign(keeper, { keeps: true }));
}

/** Whether `retainGrad` was called on a non-leaf. */
export function retainsGrad(tensor: Tensor): boolean {
  tensor.current();
  return tensor.edge?.hooks.some((hook) => hook.keeps) ?? false;
}
