/** Views that a tensor itself becomes: `x.unsqueeze_(0)`. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { AutogradError, DTypeError } from "../../errors.ts";
import { namesInPlace } from "../../graph/recording.ts";
import { requireWritable } from "../../tensor/inplace.ts";
import { contiguousLayout } from "../../tensor/layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { zeros } from "../creation/fill.ts";
import { readSize, type SizeArguments } from "../creation/size.ts";
import { cat } from "./join.ts";
import { t, transpose } from "./permute.ts";
import { reshape, squeeze, unsqueeze } from "./reshape.ts";
import { asStrided } from "./strided.ts";

/** Makes `target` the view of itself that `make` gives. */
function become(target: Tensor, make: () => Tensor, name?: string): Tensor {
  target.current();
  requireWritable(target, "a view in place");
  const isBase = target.region === null || target.region === target.history.region;
  const { region, value, edge, storage, history } = make();
  if (isBase && history === target.history) history.region = region;
  if (edge?.recording && name !== undefined) namesInPlace.set(edge.recording, name);
  // Who reads the storage otherwise has nothing to notice, but PyTorch counts it as a write.
  storage.version++;
  storage.current.version = storage.version;
  value.version = storage.version;
  return Object.assign(target, { region, value, edge, seen: storage.version, storage, history });
}

/** `squeeze` of the tensor itself, which is returned. */
export function squeeze_(input: Tensor, dim?: number | readonly number[]): Tensor {
  return become(input, () => squeeze(input, dim), dim === undefined ? "SqueezeBackward2" : "SqueezeBackward3");
}

/** `unsqueeze` of the tensor itself, which is returned. */
export function unsqueeze_(input: Tensor, dim: number): Tensor {
  return become(input, () => unsqueeze(input, dim), "UnsqueezeBackward1");
}

/** `transpose` of the tensor itself, which is returned. */
export function transpose_(input: Tensor, dim0: number, dim1: number): Tensor {
  return become(input, () => transpose(input, dim0, dim1), "TransposeBackward1");
}

/** `t` of the tensor itself, which is returned. */
export function t_(input: Tensor): Tensor {
  return become(input, () => t(input), "TBackward1");
}

/**
 * Cuts the tensor itself from its history; it becomes a leaf that requires no gradient.
 *
 * @throws AutogradError for a view, whose base would still have it.
 */
export function detach_(input: Tensor): Tensor {
  const isBase = input.region === null || input.region === input.history.region;
  if (!isBase && input.history.edge !== null)
    throw new AutogradError("Can't detach views in-place. Use detach() instead.");
  input.current().kept = true;
  if (isBase) input.history.edge = null;
  return Object.assign(input, { edge: null, retained: input.grad });
}

/** `asStrided` of the tensor itself, which is returned. */
export function asStrided_(
  input: Tensor,
  size: readonly number[],
  stride: readonly number[],
  storageOffset?: number,
): Tensor {
  return become(input, () => asStrided(input, size, stride, storageOffset));
}

/**
 * Makes the tensor the view of its storage that begins where it does and has these sizes; new elements, which PyTorch leaves
 * open, are 0. Where the storage has too few, the tensor gets a larger one of its own: unlike PyTorch's, other views keep the old.
 *
 * @throws AutogradError for a tensor that requires grad.
 * @example torch.arange(6).resize_(2, 2) // tensor([[0, 1], [2, 3]])
 */
export function resize_(input: Tensor, ...sizes: SizeArguments): Tensor {
  if (input.requiresGrad) throw new AutogradError("cannot resize variables that require grad");
  const shape = readSize(sizes).size;
  const { offset } = input.layout;
  const available = input.storage.current.type.numel - offset;
  const numel = shape.reduce((n, size) => n * size, 1);
  if (numel <= available) return become(input, () => asStrided(input, shape, contiguousLayout(shape).strides, offset));
  const own = asStrided(input, [available], [1], offset);
  const added = zeros([numel - available], { dtype: input.dtype, device: input.device });
  return become(input, () => reshape(cat([own, added]), shape));
}

/** `resize_` to the sizes of another tensor. */
export function resizeAs_(input: Tensor, other: Tensor): Tensor {
  return resize_(input, [...other.shape]);
}

/**
 * Makes the tensor another name for `source`: it has its storage, sizes and strides from now on.
 *
 * @throws DTypeError for a tensor of another dtype; AutogradError where one requires grad.
 */
export function set_(input: Tensor, source: Tensor): Tensor {
  if (source.dtype !== input.dtype)
    throw new DTypeError(
      `Could not set tensor of type ${pytorchName(source.dtype)} to a tensor of type ${pytorchName(input.dtype)}`,
    );
  if (source.requiresGrad || input.requiresGrad)
    throw new AutogradError("set_: neither tensor may require grad; write copy_ to keep a history");
  source.current();
  return become(input, () => source);
}
