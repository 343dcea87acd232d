import { AutogradError } from "../errors.ts";
import type { Edge } from "../graph/recording.ts";
import { plus } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Called with a tensor's gradient when `backward` reaches it; may return a replacement. */
export type GradientHook = (grad: Tensor) => Tensor | null | undefined;

/** Undoes a registration. */
export interface HookHandle {
  remove(): void;
}

const hooks = new WeakMap<Edge, GradientHook[]>();
/** Those that keep gradients of non-leaves: they see what the other hooks made of them. */
const keepers = new WeakMap<Edge, GradientHook>();

export function gradientHooks(edge: Edge): readonly GradientHook[] {
  const keeper = keepers.get(edge);
  const list = hooks.get(edge) ?? [];
  return keeper === undefined ? list : [...list, keeper];
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
  let list = hooks.get(edge);
  if (list === undefined) {
    list = [];
    hooks.set(edge, list);
  }
  list.push(hook);
  const all = list;
  return {
    remove: () => {
      const at = all.indexOf(hook);
      if (at >= 0) all.splice(at, 1);
    },
  };
}

/** What was to be kept of one edge is kept of another. */
export function moveKeeper(from: Edge, to: Edge): void {
  const keeper = keepers.get(from);
  if (keeper === undefined) return;
  keepers.delete(from);
  keepers.set(to, keeper);
}

/** Keeps the gradient of a non-leaf in `.grad`, where later ones add up. */
export function retainGrad(tensor: Tensor): void {
  tensor.current();
  const { edge } = tensor;
  if (edge === null) throw new AutogradError("can't retain_grad on Tensor that has requires_grad=False");
  if (edge.recording === null || keepers.has(edge)) return;
  keepers.set(edge, (grad) => {
    tensor.retained = tensor.retained === null ? grad : plus(tensor.retained, grad);
  });
}

/** Whether `retainGrad` was called on a non-leaf. */
export function retainsGrad(tensor: Tensor): boolean {
  tensor.current();
  return tensor.edge !== null && keepers.has(tensor.edge);
}
