/** `x[…] = value`. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { nodeCount } from "../../graph/node.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { isScalar, type Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { assign } from "../../tensor/inplace.ts";
import { knownData } from "../../tensor/reading.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { fill, fitted } from "../creation/fill.ts";
import { add } from "../elementwise/arithmetic.ts";
import { toDtype } from "../shape/convert.ts";
import { sizeText } from "../shape/dims.ts";
import { expand } from "../shape/expand.ts";
import { reshape } from "../shape/reshape.ts";
import { nonzeroKnown } from "../sort/nonzero.ts";
import {
  gatherIndexed,
  type IndexAttributes,
  indexedFront,
  indexPlace,
  linearIndex,
  spreadRows,
} from "./index-read.ts";
import type { IndexItem } from "./items.ts";
import { rankOf } from "./masked.ts";
import {
  checkIndices,
  checkMask,
  type IndexPlan,
  indexedDims,
  isMask,
  namesElement,
  pick,
  planIndex,
  withoutMasks,
} from "./plan.ts";
import { type AccumulateOptions, adds } from "./put.ts";
import { unravelIndex } from "./unravel-index.ts";

interface PutAttributes extends IndexAttributes {
  readonly accumulate: boolean;
}

const inverse = (order: readonly number[]): number[] => order.map((_, d) => order.indexOf(d));

/** The order of `placed`, as dimensions of [index…, rest…]. */
function resultOrder(indexRank: number, rank: number, at: number): number[] {
  const rest = Array.from({ length: rank - indexRank }, (_, d) => indexRank + d);
  return [...rest.slice(0, at), ...Array.from({ length: indexRank }, (_, d) => d), ...rest.slice(at)];
}

/** Values in the result's order, as rows: [indices, rest…]. */
function valueRows(values: Term, common: readonly number[], rest: readonly number[], at: number, count: number): Term {
  const order = resultOrder(common.length, common.length + rest.length, at);
  const natural = [...common, ...rest];
  const wide = m.broadcastTo(
    values,
    order.map((d) => natural[d]),
  );
  return m.reshape(m.permute(wide, inverse(order)), [count, ...rest]);
}

/** `x` with rows written at the indices. */
function written(
  x: Term,
  indices: readonly Term[],
  rows: (rest: readonly number[]) => Term,
  { dims, accumulate }: PutAttributes,
  checked: boolean,
): Term {
  const flat = indexedFront(x, dims);
  const rest = flat.shape.slice(1);
  const places = spreadRows(linearIndex(x.shape, indices, dims, checked), rest);
  return backAgain(m.scatter(flat, 0, places, rows(rest), accumulate ? "sum" : "set"), x, dims);
}

/** What `indexedFront` made of a term with the shape of `x`, as it was. */
function backAgain(flat: Term, x: Term, dims: readonly number[]): Term {
  const order = [...dims, ...m.allDims(x).filter((d) => !dims.includes(d))];
  return m.permute(
    m.reshape(
      flat,
      order.map((d) => x.shape[d]),
    ),
    inverse(order),
  );
}

const countOf = (indices: readonly Term[]): number =>
  m.broadcastShapes(...indices.map((t) => t.shape)).reduce((a, b) => a * b, 1);

const zeroed = (g: Term, indices: readonly Term[], attributes: PutAttributes): Term => {
  const count = countOf(indices);
  const zeros = (rest: readonly number[]): Term => m.zerosLike({ dtype: g.dtype, shape: [count, ...rest] });
  return written(g, indices, zeros, { ...attributes, accumulate: false }, false);
};

const putOp = operation<PutAttributes>(
  "index_put",
  ([x, values, ...indices], _, attributes) => {
    const common = m.broadcastShapes(...indices.map((t) => t.shape));
    const rows = (rest: readonly number[]): Term =>
      valueRows(values, common, rest, indexPlace(attributes.dims), countOf(indices));
    return written(x, indices, rows, attributes, true);
  },
  {
    gradName: "IndexPutBackward0",
    half: "keep",
    // Every value gets the gradient of its place, also one that another has overwritten, as in PyTorch.
    derivative: ({ input, grad, needs, attributes }) => {
      const indices = attributes.dims.map((_, k) => input(2 + k));
      return [
        needs(0) ? (attributes.accumulate ? grad() : zeroed(grad(), indices, attributes)) : null,
        needs(1) ? gatherIndexed(grad(), indices, attributes.dims, false) : null,
        ...indices.map(() => null),
      ];
    },
  },
);

const putNumberOp = operation<PutAttributes>(
  "index_put",
  ([x, ...indices], [value], attributes) => {
    const count = countOf(indices);
    const rows = (rest: readonly number[]): Term => m.broadcastTo(m.cast(value, x.dtype), [count, ...rest]);
    return written(x, indices, rows, attributes, true);
  },
  {
    gradName: "IndexPutBackward0",
    half: "keep",
    derivative: ({ input, grad, attributes }) => {
      const indices = attributes.dims.map((_, k) => input(1 + k));
      return [attributes.accumulate ? grad() : zeroed(grad(), indices, attributes), ...indices.map(() => null)];
    },
  },
);

interface MaskAttributes extends Readonly<Record<string, unknown>> {
  /** The first dimension of the mask. */
  readonly dim: number;
  readonly accumulate: boolean;
}

const chosenOf = (mask: Term): Term => m.reshape(mask.dtype === "bool" ? mask : m.ne(mask, 0), [mask.numel]);
const countTrue = (chosen: Term): Term => m.sum(m.cast(chosen, "int64"));

/**
 * `x` with values where a mask is true. How many rows that is depends on the mask: each row finds its value by counting,
 * so that nothing needs to be read.
 */
function maskWritten(x: Term, mask: Term, values: Term, { dim, accumulate }: MaskAttributes): Term {
  const dims = m.allDims(mask).map((d) => d + dim);
  const flat = indexedFront(x, dims);
  const rest = flat.shape.slice(1);
  const chosen = chosenOf(mask);
  const rank = 1 + rest.length;
  const along = dim - (rank - values.rank);
  const given = along >= 0 ? values.shape[along] : 1;
  const rows = valueRows(values, [given], rest, dim, given);
  let target = flat;
  let picked: Term;
  if (given === 1) picked = m.broadcastTo(rows, flat.shape);
  else {
    target = m.check(flat, m.eq(countTrue(chosen), given), {
      error: "ShapeError",
      message: `shape mismatch: value tensor of shape ${sizeText(values.shape)} cannot be broadcast to indexing result`,
    });
    if (given === 0 || mask.numel === 0) return backAgain(target, x, dims);
    picked = m.gather(rows, 0, spreadRows(m.minimum(rankOf(chosen), given - 1), rest));
  }
  const here = m.broadcastTo(m.reshape(chosen, [mask.numel, ...rest.map(() => 1)]), flat.shape);
  return backAgain(m.where(here, accumulate ? m.add(target, picked) : picked, target), x, dims);
}

const maskPutOp = operation<MaskAttributes>(
  "index_put",
  ([x, mask, values], _, attributes) => maskWritten(x, mask, values, attributes),
  {
    gradName: "IndexPutBackward0",
    half: "keep",
  },
);
const maskPutNumberOp = operation<MaskAttributes>(
  "index_put",
  ([x, mask], [value], attributes) => maskWritten(x, mask, m.cast(value, x.dtype), attributes),
  { gradName: "IndexPutBackward0", half: "keep" },
);

/** @throws ShapeError unless values of a shape broadcast to the result's shape. */
function checkValues(values: Tensor, result: readonly (number | null)[]): void {
  const lead = result.length - values.ndim;
  const fits =
    lead >= 0 && values.shape.every((size, d) => size === 1 || result[lead + d] === null || size === result[lead + d]);
  if (!fits)
    throw new ShapeError(
      `shape mismatch: value tensor of shape ${sizeText(values.shape)} cannot be broadcast to indexing result of shape [${result.map((n) => n ?? "?").join(", ")}]`,
    );
}

/**
 * Where the true elements of a mask are, row-major, of which there are `size`; or one, which then stands everywhere: the mask is not
 * read, but checked.
 */
const placesOp = operation<{ readonly size: number }>("nonzero", ([mask], _, { size }) => {
  const chosen = chosenOf(mask);
  const count = countTrue(chosen);
  const place = m.where(chosen, m.iota([mask.numel], 0), 0);
  const none = m.zerosLike({ dtype: "int64", shape: [size] });
  const places = m.scatter(none, 0, m.minimum(rankOf(chosen), size - 1), place, "sum");
  const one = m.eq(count, 1);
  return m.check(m.where(one, m.sum(places), places), m.or(one, m.eq(count, size)), {
    error: "ShapeError",
    message: `shape mismatch: indexing tensors could not be broadcast together: a mask has not ${size} elements`,
  });
});

/** Masks become index tensors; those that cannot be read, of the length that the index tensors beside them have. */
function withoutMasksToPut(plan: IndexPlan): IndexPlan {
  const given = plan.indices.filter((x) => x !== undefined);
  const size = Math.max(0, ...given.map((x) => (isMask(x) ? 0 : (x.shape.at(-1) ?? 1))));
  const known = given.every((x) => !isMask(x) || x.current().slot?.host != null);
  if (known || size < 2 || plan.view.current().device.backend.synchronous) return withoutMasks(plan, nonzeroKnown);
  return withoutMasks(plan, (mask) => unravelIndex(call(placesOp, [mask], [], { size }), mask.shape));
}

/** The functional form of the write at index tensors. */
function put(plan: IndexPlan, values: Tensor | Scalar, accumulate: boolean): Tensor {
  const { view } = plan;
  const dims = indexedDims(plan);
  const first = plan.indices[dims[0]];
  if (dims.length === 1 && first !== undefined && isMask(first))
    return putMask(view, first, dims[0], values, accumulate);
  const known = withoutMasksToPut(plan);
  const common = checkIndices(known);
  requireSameDtype(view, values);
  const indexed = indexedDims(known);
  const indices = known.indices.filter((x): x is Tensor => x !== undefined);
  if (isScalar(values))
    return call(putNumberOp, [view, ...indices], [fitted(values, view.dtype)], { dims: indexed, accumulate });
  const rest = view.shape.filter((_, d) => !indexed.includes(d));
  const at = indexPlace(indexed);
  checkValues(values, [...rest.slice(0, at), ...common, ...rest.slice(at)]);
  return call(putOp, [view, values, ...indices], [], { dims: indexed, accumulate });
}

/** @throws DTypeError for a tensor of another dtype. */
function requireSameDtype(view: Tensor, values: Tensor | Scalar): void {
  if (!isScalar(values) && values.dtype !== view.dtype)
    throw new DTypeError(
      `Index put requires the source and destination dtypes match, got ${pytorchName(view.dtype)} for the destination and ${pytorchName(values.dtype)} for the source.`,
    );
}

function putMask(view: Tensor, mask: Tensor, dim: number, given: Tensor | Scalar, accumulate: boolean): Tensor {
  checkMask(view, mask, dim);
  if (isScalar(given)) return call(maskPutNumberOp, [view, mask], [fitted(given, view.dtype)], { dim, accumulate });
  // One value is filled in, whatever its dtype.
  const values = given.numel() === 1 && !accumulate ? toDtype(given, view.dtype) : given;
  requireSameDtype(view, values);
  const { shape } = view;
  checkValues(values, [...shape.slice(0, dim), null, ...shape.slice(dim + mask.ndim)]);
  return call(maskPutOp, [view, mask, values], [], { dim, accumulate });
}

/**
 * A copy of `input` with `values` at the places that the index tensors name, one for each of the first dimensions (null:
 * all of it); with `accumulate` they are added. Masks are allowed.
 *
 * @throws IndexError, ShapeError or DTypeError if indices or values do not fit.
 */
export function indexPut(
  input: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor | Scalar,
  accumulate?: boolean | AccumulateOptions,
): Tensor {
  return put({ view: input, indices: indices.map((x) => x ?? undefined) }, values, adds(accumulate));
}

/** Leading dimensions of size 1 of an assigned value do not count. */
function withoutLeadingOnes(values: Tensor): Tensor {
  const first = values.shape.findIndex((size) => size !== 1);
  const lead = first < 0 ? values.ndim : first;
  return lead === 0 ? values : reshape(values, values.shape.slice(lead));
}

/**
 * Whether elements are named by tensors that cannot be read now, and by nothing else that is collected: they are written to like
 * elements at index tensors, which are not read. Between other index tensors they would count where dimensions go.
 */
function namesUnread(items: readonly IndexItem[]): boolean {
  const tensors = items.filter((item) => item instanceof Tensor);
  if (items.some((item) => Array.isArray(item) || typeof item === "boolean") || !tensors.every(namesElement))
    return false;
  return tensors.some((tensor) => !tensor.current().device.backend.synchronous);
}

/**
 * Writes `value`, a number or a tensor that broadcasts, where `x.index(...items)` would read; returns the tensor. With
 * `accumulate` it is added. A mask alone is not read.
 *
 * @throws IndexError, ShapeError or DTypeError if items or value do not fit; DeviceError, on devices that read asynchronously, where a
 * mask that was computed there stands next to index tensors of one element, which do not say how many it picks.
 * @example
 * x.indexPut_([slice(null, null, 2)], 0); // x[::2] = 0
 * x.indexPut_([x.lt(0)], 0); // x[x < 0] = 0
 */
export function indexPut_(
  input: Tensor,
  items: readonly IndexItem[],
  value: Tensor | Scalar,
  accumulate?: boolean | AccumulateOptions,
): Tensor {
  const adding = adds(accumulate);
  const since = nodeCount();
  const read = (view: Tensor, dim: number, index: Tensor, item: number): Tensor =>
    pick(view, dim, Number(knownData(index)[0]), item);
  const unread = namesUnread(items);
  const plan = planIndex(input, items, unread ? null : read);
  const { view } = plan;
  const given = isScalar(value) ? value : withoutLeadingOnes(value);
  const rest = view.shape.filter((_, d) => plan.indices[d] === undefined);
  const values = unread && !isScalar(given) ? expand(toDtype(given, view.dtype), rest) : given;
  const indexed = indexedDims(plan).length > 0;
  if (indexed) assign(view, put(plan, values, adding), "index_put_", since);
  else {
    const whole = isScalar(values) ? fill(view, values) : expand(toDtype(values, view.dtype), view.shape);
    assign(view, adding ? add(view, whole) : whole, "index_put_", since);
  }
  return input;
}
