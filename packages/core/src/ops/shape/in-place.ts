/** Views that a tensor itself becomes: `x.unsqueeze_(0)`. */
import { AutogradError } from "../../errors.ts";
import { mode } from "../../runtime/mode.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { t, transpose } from "./permute.ts";
import { squeeze, unsqueeze } from "./reshape.ts";

/** Makes `target` the view of itself that `view` is. */
function become(target: Tensor, view: Tensor): Tensor {
  if (mode.gradEnabled && target.requiresGrad && target.isLeaf)
    throw new AutogradError("a leaf Variable that requires grad is being used in an in-place operation.");
  const { region, value, edge, seen } = view;
  return Object.assign(target, { region, value, edge, seen });
}

/** `squeeze` of the tensor itself, which is returned. */
export function squeeze_(input: Tensor, dim?: number | readonly number[]): Tensor {
  return become(input, squeeze(input, dim));
}

/** `unsqueeze` of the tensor itself, which is returned. */
export function unsqueeze_(input: Tensor, dim: number): Tensor {
  return become(input, unsqueeze(input, dim));
}

/** `transpose` of the tensor itself, which is returned. */
export function transpose_(input: Tensor, dim0: number, dim1: number): Tensor {
  return become(input, transpose(input, dim0, dim1));
}

/** `t` of the tensor itself, which is returned. */
export function t_(input: Tensor): Tensor {
  return become(input, t(input));
}

/**
 * Cuts the tensor itself from its history; it becomes a leaf that requires no gradient.
 *
 * @throws AutogradError for a view, whose base would still have it.
 */
export function detach_(input: Tensor): Tensor {
  if (input.region !== null && input.storage.edge !== null)
    throw new AutogradError("Can't detach views in-place. Use detach() instead.");
  input.current().kept = true;
  if (input.region === null) input.storage.edge = null;
  return Object.assign(input, { edge: null });
}
