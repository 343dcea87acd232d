/** Whole slices of a dimension replaced, or added to, by an index vector. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { isScalar, type Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fitted } from "../creation/fill.ts";
import { normalizeDim, sizeText } from "../shape/dims.ts";
import { checkedIndex, checkKnownIndex, outOfBounds, outOfBoundsSomewhere, wrappedIndex } from "./bounds.ts";
import { spread } from "./index-select.ts";

interface DimAttributes extends Readonly<Record<string, unknown>> {
  readonly dim: number;
}

/** The shape of a tensor as slices along a dimension: a number is a vector of one element. */
const asVector = (t: Term): Term => (t.rank === 0 ? m.reshape(t, [1]) : t);

const placesOf = (index: Term, x: Term, dim: number, message: string): Term =>
  spread(checkedIndex(m.cast(asVector(index), "int64"), x.shape[dim], message), dim, x.shape);

function added(input: Term, index: Term, source: Term, dim: number): Term {
  const x = asVector(input);
  const places = placesOf(index, x, dim, "index out of range in self");
  return m.reshape(m.scatter(x, dim, places, m.reshape(source, places.shape), "sum"), input.shape);
}

const indexAddOp = operation<DimAttributes>(
  "index_add",
  ([x, index, source], _, { dim }) => added(x, index, source, dim),
  {
    gradName: "IndexAddBackward0",
  },
);
const indexAddScaledOp = operation<DimAttributes>(
  "index_add",
  ([x, index, source], [alpha], { dim }) => added(x, index, m.mul(source, m.cast(alpha, source.dtype)), dim),
  { gradName: "IndexAddBackward0" },
);

/** How `indexAdd` scales its source. */
export interface IndexAddOptions {
  readonly alpha?: Scalar;
}

/**
 * A copy of `input` with `alpha` times slice i of `source` added to slice index[i] of dimension `dim`.
 *
 * @param index int64 or int32, of at most one dimension.
 * @throws IndexError, ShapeError or DTypeError if index or source do not fit.
 */
export function indexAdd(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options: IndexAddOptions = {},
): Tensor {
  requireNames(options, ["alpha"]);
  const d = normalizeDim(dim, input.ndim);
  if (index.ndim > 1) throw new IndexError("index_add_(): Index is supposed to be a vector");
  if (index.dtype !== "int64" && index.dtype !== "int32")
    throw new DTypeError("index_add_(): Expected dtype int32/int64 for index");
  sameDtype("index_add_", input, source);
  if (index.numel() !== (source.ndim === 0 ? 1 : source.shape[d]))
    throw new ShapeError(
      `index_add_(): Number of indices (${index.numel()}) should be equal to source.size(dim): (${source.ndim === 0 ? 1 : source.shape[d]}), for dim: ${d}`,
    );
  sameSlices("index_add_", input, source, d);
  checkKnownIndex(index, input.ndim === 0 ? 1 : input.shape[d], () => "index out of range in self");
  if (options.alpha === undefined) return call(indexAddOp, [input, index, source], [], { dim: d });
  return call(indexAddScaledOp, [input, index, source], [options.alpha], { dim: d });
}

function sameDtype(name: string, input: Tensor, source: Tensor): void {
  if (input.dtype !== source.dtype)
    throw new DTypeError(
      `${name}(): self and source expected to have the same dtype, but got (self) ${pytorchName(input.dtype)} and (source) ${pytorchName(source.dtype)}`,
    );
}

function sameSlices(name: string, input: Tensor, source: Tensor, dim: number): void {
  const slice = (t: Tensor): string => sizeText(t.shape.filter((_, d) => d !== dim));
  if (slice(input) !== slice(source) || Math.max(input.ndim, 1) !== Math.max(source.ndim, 1))
    throw new ShapeError(
      `${name}(): Source/destination tensor must have same slice shapes. Destination slice shape: ${slice(input)} at dimension ${dim} and source slice shape: ${slice(source)} at dimension ${dim}.`,
    );
}

const indexCopyOp = operation<DimAttributes>(
  "index_copy",
  ([input, index, source], _, { dim }) => {
    const x = asVector(input);
    const places = placesOf(index, x, dim, `index_copy_(): ${outOfBoundsSomewhere(dim, x.shape[dim])}`);
    return m.reshape(m.scatter(x, dim, places, m.reshape(source, places.shape), "set"), input.shape);
  },
  {
    gradName: "IndexCopyBackward0",
    half: "keep",
    derivative: ({ input, shape, grad, needs, attributes: { dim } }) => {
      const g = asVector(grad());
      const places = spread(m.cast(asVector(input(1)), "int64"), dim, g.shape);
      const zeros = m.zerosLike({ dtype: g.dtype, shape: places.shape });
      return [
        needs(0) ? m.reshape(m.scatter(g, dim, places, zeros, "set"), grad().shape) : null,
        null,
        needs(2) ? m.reshape(m.gather(g, dim, places), shape(2)) : null,
      ];
    },
  },
);

/**
 * A copy of `input` with slice index[i] of dimension `dim` replaced by slice i of `source`.
 *
 * @param index int64, of at most one dimension.
 * @throws IndexError, ShapeError or DTypeError if index or source do not fit.
 */
export function indexCopy(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const d = normalizeDim(dim, input.ndim);
  if (index.ndim > 1) throw new IndexError(`index_copy_(): Index should have dimension 1 or 0 (got ${index.ndim})`);
  if (index.dtype !== "int64")
    throw new DTypeError(`index_copy_(): Expected a long tensor for index, but got ${pytorchName(index.dtype)}`);
  sameDtype("index_copy_", input, source);
  if (source.ndim !== 0 && input.ndim !== 0 && source.ndim !== input.ndim)
    throw new IndexError(
      `index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality (${source.ndim}), destination dimensionality (${input.ndim})`,
    );
  const count = source.ndim === 0 ? 1 : source.shape[d];
  if (source.ndim === 0 && index.numel() !== 1)
    throw new IndexError(`index_copy_(): When source is scalar, index should have one element (got ${index.numel()})`);
  if (index.numel() !== count)
    throw new IndexError(
      `index_copy_(): Number of indices (${index.numel()}) should be equal to source.size(dim) (${count})`,
    );
  sameSlices("index_copy_", input, source, d);
  const size = input.ndim === 0 ? 1 : input.shape[d];
  checkKnownIndex(index, size, (i) => `index_copy_(): ${outOfBounds(i, d, size)}`);
  return call(indexCopyOp, [input, index, source], [], { dim: d });
}

function fillAt(input: Term, index: Term, value: Term, dim: number): Term {
  const x = asVector(input);
  const wrapped = wrappedIndex(asVector(index), x.shape[dim], outOfBoundsSomewhere(dim, x.shape[dim]));
  const places = spread(wrapped, dim, x.shape);
  return m.reshape(m.scatter(x, dim, places, m.broadcastTo(m.cast(value, x.dtype), places.shape), "set"), input.shape);
}

const fillDerivative = ({
  input,
  grad,
  needs,
  attributes: { dim },
}: Parameters<NonNullable<typeof indexCopyOp.options.derivative>>[0]) => {
  const g = asVector(grad());
  const raw = asVector(input(1));
  const places = spread(m.where(m.lt(raw, 0), m.add(raw, g.shape[dim]), raw), dim, g.shape);
  const zeros = m.zerosLike({ dtype: g.dtype, shape: places.shape });
  const kept = m.scatter(g, dim, places, zeros, "set");
  // Each filled place counts once, also where it is named twice.
  const filled = (): Term => m.scatter(m.zerosLike(g), dim, places, m.constantLike(zeros, 1), "set");
  return [
    needs(0) ? m.reshape(kept, grad().shape) : null,
    null,
    needs(2) ? m.sum(m.where(m.ne(filled(), 0), g, 0)) : null,
  ];
};

const indexFillOp = operation<DimAttributes>(
  "index_fill",
  ([x, index], [value], { dim }) => fillAt(x, index, value, dim),
  {
    gradName: "IndexFillBackward0",
    half: "keep",
    derivative: (ctx) => fillDerivative({ ...ctx, needs: (i) => i < 2 && ctx.needs(i) }).slice(0, 2),
  },
);
const indexFillTensorOp = operation<DimAttributes>(
  "index_fill",
  ([x, index, value], _, { dim }) => fillAt(x, index, value, dim),
  { gradName: "IndexFillBackward1", half: "keep", derivative: fillDerivative },
);

/**
 * A copy of `input` with the slices `index` of dimension `dim` filled with `value`, a number or a tensor of no dimension.
 * Negative indices count from the end.
 *
 * @param index int64, of at most one dimension.
 */
export function indexFill(input: Tensor, dim: number, index: Tensor, value: Scalar | Tensor): Tensor {
  const d = normalizeDim(dim, input.ndim);
  if (index.dtype !== "int64") throw new IndexError("index_fill_(): Expected dtype int64 for index.");
  if (index.ndim > 1) throw new IndexError("Index has to be a vector/scalar");
  const size = input.ndim === 0 ? 1 : input.shape[d];
  checkKnownIndex(index, size, (i) => outOfBounds(i, d, size), -size);
  if (isScalar(value)) return call(indexFillOp, [input, index], [fitted(value, input.dtype)], { dim: d });
  if (value.ndim !== 0)
    throw new ShapeError(
      `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    );
  return call(indexFillTensorOp, [input, index, value], [], { dim: d });
}
