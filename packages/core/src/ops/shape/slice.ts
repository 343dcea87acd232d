/** Parts of a tensor that are views of it. Where a part starts is an argument, so that a loop over batches compiles once. */
import { isInteger } from "../../dtype/dtype.ts";
import { IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Layout, type OperationOptions, operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { clone } from "./convert.ts";
import { normalizeDim, sizeText } from "./dims.ts";

export interface SliceAttributes extends Readonly<Record<string, unknown>> {
  readonly dim: number;
  readonly length: number;
  readonly step: number;
}

function slicedLayout(
  { shape, strides, offset }: Layout,
  { dim, length, step }: SliceAttributes,
  [start]: readonly number[],
): Layout {
  return {
    shape: shape.with(dim, length),
    strides: strides.with(dim, strides[dim] * step),
    offset: offset + start * strides[dim],
  };
}

export const slicing = (name: string, gradName: string, refuses?: OperationOptions<SliceAttributes>["refuses"]) =>
  operation<SliceAttributes>(name, ([x], [start], { dim, length, step }) => m.slice(x, dim, start, length, step), {
    gradName,
    half: "keep",
    view: slicedLayout,
    ...(refuses && { refuses }),
  });
const sliceOp = slicing("slice", "SliceBackward0");

/** `length` elements of dimension `dim` from `start` on, `step` apart; all known to be in range. A view. */
export function sliced(input: Tensor, dim: number, start: number, length: number, step = 1, op = sliceOp): Tensor {
  return call(op, [input], [start], { dim, length, step });
}

/**
 * Elements `start` (included) to `end` (excluded) of dimension `dim`, `step` apart, as Python slices: negative bounds
 * count from the end, and what lies outside is cut off. A view.
 *
 * @throws ShapeError unless `step` is positive.
 */
export function slice(
  input: Tensor,
  dim = 0,
  start: number | null = null,
  end: number | null = null,
  step = 1,
): Tensor {
  if (input.ndim === 0) throw new ShapeError("slice() cannot be applied to a 0-dim tensor.");
  const d = normalizeDim(dim, input.ndim);
  const { first, length } = sliceBounds(input.shape[d], start, end, step);
  return sliced(input, d, first, length, step);
}

/** First element and number of elements of a slice of a dimension. @throws ShapeError unless `step` is positive. */
export function sliceBounds(size: number, start: number | null, end: number | null, step: number) {
  if (!(step > 0)) throw new ShapeError("slice step must be positive");
  const within = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  const first = within(start ?? 0);
  const last = within(end ?? size);
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}

const narrowByTensorOp = operation<{ dim: number; length: number }>(
  "narrow",
  ([x, start], _, { dim, length }) => {
    const size = x.shape[dim];
    const from = m.cast(start, "int64");
    const first = m.where(m.lt(from, 0), m.add(from, size), from);
    const checked = m.check(first, m.and(m.ge(first, 0), m.le(first, size - length)), {
      error: "IndexError",
      message: `narrow(): start + length (${length}) exceeds dimension size (${size}).`,
    });
    const shape = x.shape.with(dim, length);
    return m.gather(x, dim, m.add(m.iota(shape, dim), m.broadcastTo(checked, shape)));
  },
  { gradName: "SliceBackward0", half: "keep" },
);

/**
 * `length` elements of dimension `dim` from `start` on; a view. A start in an integer tensor of no dimension is not read:
 * the result is then a copy.
 *
 * @throws ShapeError if they exceed the dimension; IndexError for a start or dimension that does not exist.
 * @example X.narrow(0, i * 32, 32) // a batch
 */
export function narrow(input: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  if (input.ndim === 0) throw new ShapeError("narrow() cannot be applied to a 0-dim tensor.");
  if (length < 0) throw new ShapeError("narrow(): length must be non-negative.");
  const d = normalizeDim(dim, input.ndim);
  const size = input.shape[d];
  if (typeof start !== "number") {
    if (start.ndim !== 0 || !isInteger(start.dtype)) throw new ShapeError("start must be an 0-dim integral Tensor.");
    if (length > size) throw new ShapeError(`narrow(): length (${length}) exceeds dimension size (${size}).`);
    return call(narrowByTensorOp, [input, start], [], { dim: d, length });
  }
  const first = start === size ? start : normalizeDim(start, size);
  if (first + length > size)
    throw new ShapeError(`start (${first}) + length (${length}) exceeds dimension size (${size}).`);
  return sliced(input, d, first, length);
}

/** As `narrow`, copied. */
export function narrowCopy(input: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  return clone(narrow(input, dim, start, length));
}

interface SelectAttributes extends Readonly<Record<string, unknown>> {
  readonly dim: number;
}

export const selecting = (name: string, gradName: string, refuses?: OperationOptions<SelectAttributes>["refuses"]) =>
  operation<SelectAttributes>(name, ([x], [index], { dim }) => m.squeeze(m.slice(x, dim, index, 1), dim), {
    gradName,
    half: "keep",
    view: ({ shape, strides, offset }, { dim }, [index]) => ({
      shape: shape.toSpliced(dim, 1),
      strides: strides.toSpliced(dim, 1),
      offset: offset + index * strides[dim],
    }),
    ...(refuses && { refuses }),
  });
const selectOp = selecting("select", "SelectBackward0");

/** Element `index`, known to be in range, of dimension `dim`, which disappears. A view. */
export function selected(input: Tensor, dim: number, index: number, op = selectOp): Tensor {
  return call(op, [input], [index], { dim });
}

/**
 * Element `index` of dimension `dim`, which disappears; negative counts from the end. A view.
 *
 * @throws IndexError if the index or the dimension is out of range.
 * @example x.select(0, i) // row i
 */
export function select(input: Tensor, dim: number, index: number): Tensor {
  if (input.ndim === 0) throw new IndexError("select() cannot be applied to a 0-dim tensor.");
  const d = normalizeDim(dim, input.ndim);
  const size = input.shape[d];
  if (!Number.isInteger(index) || index < -size || index >= size)
    throw new IndexError(
      `select(): index ${index} out of range for tensor of size ${sizeText(input.shape)} at dimension ${d}`,
    );
  return selected(input, d, index < 0 ? index + size : index);
}

const unfoldOp = operation<{ dim: number; size: number; step: number }>(
  "unfold",
  ([x], _, { dim, size, step }) =>
    x.rank === 0 ? m.reshape(m.slice(m.reshape(x, [1]), 0, 0, size), [size]) : m.window(x, dim, size, step),
  {
    half: "keep",
    view: ({ shape, strides, offset }, { dim, size, step }) =>
      shape.length === 0
        ? { shape: [size], strides: [1], offset }
        : {
            shape: [...shape.with(dim, Math.floor((shape[dim] - size) / step) + 1), size],
            strides: [...strides.with(dim, strides[dim] * step), strides[dim]],
            offset,
          },
  },
);

/**
 * All windows of `size` elements along `dimension`, `step` apart, in a new last dimension. A view whose windows overlap.
 *
 * @throws ShapeError if `size` exceeds the dimension or `step` is not positive.
 * @example torch.arange(7).unfold(0, 3, 2) // [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
 */
export function unfold(input: Tensor, dimension: number, size: number, step: number): Tensor {
  const dim = normalizeDim(dimension, input.ndim);
  const have = input.ndim === 0 ? 1 : input.shape[dim];
  if (size < 0) throw new ShapeError(`size is ${size} but must be >= 0`);
  if (size > have) throw new ShapeError(`maximum size for tensor at dimension ${dim} is ${have} but size is ${size}`);
  if (!(step > 0)) throw new ShapeError(`step is ${step} but must be > 0`);
  return call(unfoldOp, [input], [], { dim, size, step });
}
