/** An index taken apart: views first, then tensors of indices, as PyTorch does. */
import { isFloat } from "../../dtype/dtype.ts";
import { DTypeError, IndexError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import { fromHost, type TensorData, tensor } from "../../tensor/creation.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { toDtype } from "../shape/convert.ts";
import { sizeText } from "../shape/dims.ts";
import { unsqueeze } from "../shape/reshape.ts";
import { selected, sliceBounds, sliced } from "../shape/slice.ts";
import { checkKnownIndex, outOfBounds, outOfBoundsSomewhere, wrappedIndex } from "./bounds.ts";
import { type IndexItem, isEllipsis, Slice } from "./items.ts";

/** A view of the input, and the index tensors for some of its dimensions. */
export interface IndexPlan {
  readonly view: Tensor;
  /** By dimension of the view; masks of several dimensions stand at their first. */
  readonly indices: readonly (Tensor | undefined)[];
}

export function isMask(x: Tensor): boolean {
  return x.dtype === "bool" || x.dtype === "uint8";
}

/** Whether an item picks one element of a dimension as a number would. */
export function namesElement(item: IndexItem): item is Tensor {
  return item instanceof Tensor && item.ndim === 0 && !isMask(item) && !isFloat(item.dtype);
}

/** How many dimensions of the input an item takes. */
function taken(item: IndexItem): number {
  if (item === null || typeof item === "boolean" || isEllipsis(item)) return 0;
  return item instanceof Tensor && isMask(item) ? item.ndim : 1;
}

/** Lists become tensors. */
function withoutLists(items: readonly IndexItem[], device: string): Exclude<IndexItem, readonly unknown[]>[] {
  return items.map((item) => {
    if (typeof item === "string") throw new DTypeError("new(): invalid data type 'str'");
    if (!Array.isArray(item)) return item as Exclude<IndexItem, readonly unknown[]>;
    const flat = item.flat(Number.POSITIVE_INFINITY) as (number | boolean)[];
    const dtype = flat.length > 0 && flat.every((x) => typeof x === "boolean") ? "bool" : "int64";
    if (flat.some((x) => typeof x === "number" && !Number.isInteger(x)))
      throw new DTypeError("tensors used as indices must be long, byte or bool tensors");
    return tensor(item as TensorData, { dtype, device });
  });
}

/**
 * Applies the items that are views, and collects the others.
 *
 * @param select how a zero-dimensional integer tensor picks an element; null: it is collected like other indices.
 */
export function planIndex(
  input: Tensor,
  given: readonly IndexItem[],
  select: ((view: Tensor, dim: number, index: Tensor, item: number) => Tensor) | null,
): IndexPlan {
  const items = withoutLists(given, input.device);
  const [only] = items;
  if (items.length === 1 && input.ndim === 0) {
    if (only === 0)
      throw new IndexError(
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number",
      );
    if (Number.isInteger(only)) throw new IndexError(outOfBounds(only as number, 0, 0));
    if (only instanceof Slice) throw new IndexError("slice() cannot be applied to a 0-dim tensor.");
  }
  const named = items.reduce((n: number, item) => n + taken(item), 0);
  if (named > input.ndim) throw new IndexError(`too many indices for tensor of dimension ${input.ndim}`);
  const indices: (Tensor | undefined)[] = [];
  let view = input;
  let dim = 0;
  const record = (index: Tensor): void => {
    indices[dim++] = index;
  };
  for (const [at, item] of items.entries()) {
    if (typeof item === "number") view = pick(view, dim, item, at);
    else if (item instanceof Slice) view = range(view, dim++, item, items.length === 1);
    else if (isEllipsis(item)) dim += input.ndim - named;
    else if (item === null) view = unsqueeze(view, dim++);
    else if (typeof item === "boolean") {
      view = unsqueeze(view, dim);
      record(fromHost(new BigInt64Array(item ? 1 : 0), [item ? 1 : 0], "int64", input.device));
    } else if (item.ndim === 0 && isMask(item)) {
      view = unsqueeze(view, dim);
      record(unsqueeze(item, 0));
    } else if (namesElement(item)) {
      if (select === null) record(toDtype(item, "int64"));
      else view = select(view, dim, item, at);
    } else record(item);
  }
  for (const index of indices)
    if (index !== undefined && index.dtype !== "int64" && !isMask(index))
      throw new DTypeError("tensors used as indices must be long, byte or bool tensors");
  return { view, indices };
}

/** Element `index` of a dimension; `item` numbers the index's item for the message. */
export function pick(view: Tensor, dim: number, index: number, item: number): Tensor {
  const size = view.shape[dim];
  if (!Number.isInteger(index))
    throw new IndexError(
      "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)",
    );
  if (index < -size || index >= size) throw new IndexError(outOfBounds(index, item, size));
  return selected(view, dim, index < 0 ? index + size : index);
}

/** @param always whether a range of everything is a view, too: PyTorch leaves it out where it is one of several items. */
function range(view: Tensor, dim: number, { start, stop, step }: Slice, always: boolean): Tensor {
  if (!(step > 0)) throw new ValueError("step must be greater than zero");
  const size = view.shape[dim];
  const { first, length } = sliceBounds(size, start, stop, step);
  return first === 0 && length === size && step === 1 && !always ? view : sliced(view, dim, first, length, step);
}

const selectByTensorOp = operation<{ dim: number; item: number }>(
  "select",
  ([x, index], _, { dim, item }) => {
    const size = x.shape[dim];
    const place = wrappedIndex(m.cast(index, "int64"), size, outOfBoundsSomewhere(item, size));
    return m.squeeze(m.gather(x, dim, m.broadcastTo(place, x.shape.with(dim, 1))), dim);
  },
  { gradName: "SelectBackward0", half: "keep" },
);

/** The element that a zero-dimensional tensor names, without reading it. */
export function selectByTensor(view: Tensor, dim: number, index: Tensor, item: number): Tensor {
  const size = view.shape[dim];
  checkKnownIndex(index, size, (i) => outOfBounds(i, item, size), -size);
  return call(selectByTensorOp, [view, index], [], { dim, item });
}

/** Masks become vectors of positions, given `read` their values. */
export function withoutMasks(plan: IndexPlan, positions: (mask: Tensor) => readonly Tensor[]): IndexPlan {
  const indices: (Tensor | undefined)[] = [];
  for (let d = 0; d < plan.indices.length; d++) {
    const index = plan.indices[d];
    if (index === undefined || !isMask(index)) {
      indices.push(index);
      continue;
    }
    checkMask(plan.view, index, indices.length);
    indices.push(...positions(index));
  }
  return { view: plan.view, indices };
}

/** @throws IndexError unless the mask has the sizes of the dimensions from `dim` on. */
export function checkMask(view: Tensor, mask: Tensor, dim: number): void {
  for (const [k, size] of mask.shape.entries())
    if (size !== view.shape[dim + k])
      throw new IndexError(
        `The shape of the mask ${sizeText(mask.shape)} at index ${k} does not match the shape of the indexed tensor ${sizeText(view.shape)} at index ${dim + k}`,
      );
}

/** The shape that index tensors broadcast to. @throws IndexError if they do not. */
export function indexShape(indices: readonly (Tensor | undefined)[]): readonly number[] {
  const given = indices.filter((x): x is Tensor => x !== undefined);
  try {
    return m.broadcastShapes(...given.map((x) => x.shape));
  } catch {
    throw new IndexError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${given.map((x) => sizeText(x.shape)).join(", ")}`,
    );
  }
}

/** The dimensions that have an index tensor. */
export function indexedDims(plan: IndexPlan): number[] {
  return plan.indices.flatMap((index, d) => (index === undefined ? [] : [d]));
}

/** Checks known indices at the call. @throws IndexError for an index out of range, or into a dimension without elements. */
export function checkIndices(plan: IndexPlan): readonly number[] {
  const shape = indexShape(plan.indices);
  if (plan.indices.length > plan.view.ndim)
    throw new IndexError(`too many indices for tensor of dimension ${plan.view.ndim} (got ${plan.indices.length})`);
  const some = !shape.includes(0);
  for (const d of indexedDims(plan)) {
    const size = plan.view.shape[d];
    const index = plan.indices[d];
    if (index === undefined) continue;
    // Index tensors of one element each stand for numbers, and are told of as such.
    if (!some || size > 0 || shape.length === 0) checkKnownIndex(index, size, (i) => outOfBounds(i, d, size), -size);
    if (some && size === 0) throw new IndexError(`index is out of bounds for dimension with size 0`);
  }
  return shape;
}
