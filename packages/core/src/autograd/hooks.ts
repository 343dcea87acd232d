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
/** Those among them that keep gradients of non-leaves: they see what hooks before them made of these. */
const keepers = new WeakMap<Edge, GradientHook>();

export function gradientHooks(edge: Edge): readonly GradientHook[] {
  return hooks.get(edge) ?? [];
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
  add(edge, hook);
  return { remove: () => remove(edge, hook) };
}

function add(edge: Edge, hook: GradientHook): void {
  const list = hooks.get(edge);
  if (list === undefined) hooks.set(edge, [hook]);
  else list.push(hook);
}

function remove(edge: Edge, hook: GradientHook): void {
  const list = hooks.get(edge) ?? [];
  const at = list.indexOf(hook);
  if (at >= 0) list.splice(at, 1);
}

/** What was to be kept of one edge is kept of another. */
export function moveKeeper(from: Edge | null, to: Edge | null): void {
  const keeper = from === null ? undefined : keepers.get(from);
  if (from === null || to === null || keeper === undefined || from === to) return;
  keepers.delete(from);
  remove(from, keeper);
  keepers.set(to, keeper);
  add(to, keeper);
}

/** A view that is written is no longer what its hooks were for. */
export function forgetHooks(edge: Edge): void {
  hooks.delete(edge);
  keepers.delete(edge);
}

/** Keeps the gradient of a non-leaf in `.grad`, where later ones add up. */
export function retainGrad(tensor: Tensor): void {
  tensor.current();
  const { edge } = tensor;
  if (edge === null) throw new AutogradError("can't retain_grad on Tensor that has requires_grad=False");
  if (edge.recording === null || keepers.has(edge)) return;
  const keeper = (grad: Tensor): void => {
    tensor.retained = tensor.retained === null ? grad : plus(tensor.retained, grad);
  };
  keepers.set(edge, keeper as GradientHook);
  add(edge, keeper as GradientHook);
}

/** Whether `retainGrad` was called on a non-leaf. */
export function retainsGrad(tensor: Tensor): boolean {
  tensor.current();
  return tensor.edge !== null && keepers.has(tensor.edge);
}
