/** `x[…]`: elements named by numbers, ranges, tensors of indices and masks. */
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { contiguousStrides, numelOf } from "../../graph/type.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { nonzero, nonzeroSync } from "../sort/nonzero.ts";
import { outOfBoundsSomewhere, wrappedIndex } from "./bounds.ts";
import type { IndexItem, PlainItem } from "./items.ts";
import {
  checkIndices,
  checkMask,
  type IndexPlan,
  indexedDims,
  isMask,
  planIndex,
  selectByTensor,
  withoutMasks,
} from "./plan.ts";

export interface IndexAttributes extends Readonly<Record<string, unknown>> {
  /** The indexed dimensions, in order. */
  readonly dims: readonly number[];
}

/** Where the indices' dimensions stand in the result: at the first indexed one if those are neighbours, else in front. */
export function indexPlace(dims: readonly number[]): number {
  return dims.every((d, i) => d === dims[0] + i) ? dims[0] : 0;
}

/** Places of the indexed elements, as one number each: [number of indices]. */
export function linearIndex(
  shape: readonly number[],
  indices: readonly Term[],
  dims: readonly number[],
  checked: boolean,
): Term {
  const strides = contiguousStrides(dims.map((d) => shape[d]));
  const common = m.broadcastShapes(...indices.map((t) => t.shape));
  let places: Term | undefined;
  for (const [k, d] of dims.entries()) {
    const size = shape[d];
    const index = checked
      ? wrappedIndex(indices[k], size, outOfBoundsSomewhere(d, size))
      : m.where(m.lt(indices[k], 0), m.add(indices[k], size), indices[k]);
    const part = m.mul(m.broadcastTo(index, common), strides[k]);
    places = places === undefined ? part : m.add(places, part);
  }
  if (places === undefined) throw new Error("an index without indices");
  return m.reshape(places, [numelOf(common)]);
}

/** `x` with its indexed dimensions merged into one in front: [indexed, rest…]. */
export function indexedFront(x: Term, dims: readonly number[]): Term {
  const rest = m.allDims(x).filter((d) => !dims.includes(d));
  const front = m.permute(x, [...dims, ...rest]);
  return m.reshape(front, [numelOf(dims.map((d) => x.shape[d])), ...rest.map((d) => x.shape[d])]);
}

/** A row of places repeated over the other dimensions of `like`. */
export function spreadRows(places: Term, rest: readonly number[]): Term {
  return m.broadcastTo(m.reshape(places, [places.numel, ...rest.map(() => 1)]), [places.numel, ...rest]);
}

/** [index…, rest…] with the index's dimensions moved to where the result has them. */
export function placed(x: Term, indexRank: number, at: number): Term {
  const front = Array.from({ length: indexRank }, (_, d) => d);
  const rest = Array.from({ length: x.rank - indexRank }, (_, d) => indexRank + d);
  return m.permute(x, [...rest.slice(0, at), ...front, ...rest.slice(at)]);
}

/** The elements of `x` at the indices, in the result's order. */
export function gatherIndexed(x: Term, indices: readonly Term[], dims: readonly number[], checked = true): Term {
  const common = m.broadcastShapes(...indices.map((t) => t.shape));
  const flat = indexedFront(x, dims);
  const rest = flat.shape.slice(1);
  const rows = m.gather(flat, 0, spreadRows(linearIndex(x.shape, indices, dims, checked), rest));
  return placed(m.reshape(rows, [...common, ...rest]), common.length, indexPlace(dims));
}

const indexOp = operation<IndexAttributes>("index", ([x, ...indices], _, { dims }) => gatherIndexed(x, indices, dims), {
  half: "keep",
});

const aliasOp = operation("alias", ([x]) => x, { gradName: "AliasBackward0", half: "keep", view: (layout) => layout });

function apply(input: Tensor, plan: IndexPlan): Tensor {
  const dims = indexedDims(plan);
  if (dims.length === 0) return plan.view === input ? call(aliasOp, [input]) : plan.view;
  checkIndices(plan);
  const indices = plan.indices.filter((x): x is Tensor => x !== undefined);
  return call(indexOp, [plan.view, ...indices], [], { dims });
}

/**
 * `x[…]` as in PyTorch: numbers, `slice(…)`, `null` (a new dimension), `ellipsis`, tensors of indices, masks and lists.
 * Numbers, slices, null and ellipsis give views, the others copies. How many elements a mask picks depends on its values:
 * with a mask the result is a promise; use `indexSync` where tensors are known to be indices.
 *
 * @throws IndexError for too many items or an index out of range; ValueError for a step that is not positive.
 * @example
 * x.index(0, slice(1, null)); // x[0, 1:]
 * x.index(ellipsis, null); // x[..., None]
 * await x.index(x.gt(0)); // x[x > 0]
 */
export function index(input: Tensor, ...items: readonly PlainItem[]): Tensor;
export function index(input: Tensor, ...items: readonly IndexItem[]): Tensor | Promise<Tensor>;
export function index(input: Tensor, ...items: readonly IndexItem[]): Tensor | Promise<Tensor> {
  requireTensors("index", [input]);
  const plan = planIndex(input, items, selectByTensor);
  const masks = plan.indices.filter((x): x is Tensor => x !== undefined && isMask(x));
  if (masks.length === 0) return apply(input, plan);
  checkMasks(plan);
  return readMasks(plan, masks).then((read) => apply(input, read));
}

function checkMasks(plan: IndexPlan): void {
  let dim = 0;
  for (const index of plan.indices) {
    if (index !== undefined && isMask(index)) checkMask(plan.view, index, dim);
    dim += index !== undefined && isMask(index) ? index.ndim : 1;
  }
}

async function readMasks(plan: IndexPlan, masks: readonly Tensor[]): Promise<IndexPlan> {
  const positions = new Map<Tensor, readonly Tensor[]>();
  for (const mask of masks) positions.set(mask, await nonzero(mask, { asTuple: true }));
  return withoutMasks(plan, (mask) => positions.get(mask) ?? []);
}

/**
 * `index` at once. Tensors of indices are not read, masks are.
 *
 * @throws DeviceError for a mask on devices that read asynchronously.
 */
export function indexSync(input: Tensor, ...items: readonly IndexItem[]): Tensor {
  requireTensors("index", [input]);
  return apply(input, readMasksSync(planIndex(input, items, selectByTensor)));
}

export function readMasksSync(plan: IndexPlan): IndexPlan {
  return withoutMasks(plan, (mask) => nonzeroSync(mask, { asTuple: true }));
}
