/** Several tensors in one. */

import { resultType } from "../../dtype/promotion.ts";
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { sameShape } from "../../graph/type.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { normalizeDim, sizeText } from "./dims.ts";
import { type Named, numberOf } from "./named.ts";
import { reshape, unsqueeze } from "./reshape.ts";

/** Concatenates by halves: an element then passes few decisions even where the parts are many. */
function joined(parts: readonly Term[], dim: number): Term {
  if (parts.length <= 4) return m.cat(parts, dim);
  const half = parts.length >> 1;
  return m.cat([joined(parts.slice(0, half), dim), joined(parts.slice(half), dim)], dim);
}

const common = (parts: readonly Term[]): Term[] => {
  const dtype = resultType(parts);
  return parts.map((x) => m.cast(x, dtype));
};

const catOp = operation<{ dim: number }>("cat", (parts, _, { dim }) => joined(common(parts), dim), { half: "keep" });
const stackOp = operation<{ dim: number }>(
  "stack",
  (parts, _, { dim }) =>
    joined(
      common(parts).map((x) => m.unsqueeze(x, dim)),
      dim,
    ),
  { half: "keep" },
);

/** PyTorch ignores one-dimensional empty tensors in `cat`, whatever the others' dimensions. */
const ignored = (x: Tensor): boolean => x.ndim === 1 && x.shape[0] === 0;

/**
 * The tensors one after the other along `dim`, promoted to a common dtype. Their other sizes agree; one-dimensional empty
 * tensors are ignored.
 *
 * @throws ShapeError if the list is empty, or sizes or numbers of dimensions differ.
 * @example torch.cat([a, b], 1) // [2, 3] and [2, 1] → [2, 4]
 */
export function cat(tensors: readonly Tensor[], dim: Named<"dim"> = 0): Tensor {
  const along = numberOf(dim, "dim", 0);
  requireTensors("cat", tensors);
  if (tensors.length === 0) throw new ShapeError("torch.cat(): expected a non-empty list of Tensors");
  for (const [i, x] of tensors.entries())
    if (x.ndim === 0) throw new ShapeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`);
  const firstAt = tensors.findIndex((x) => !ignored(x));
  const dtype = resultType(tensors);
  if (firstAt < 0) return call(catAsOp, tensors, [], { dim: normalizeDim(along, 1), dtype });
  const first = tensors[firstAt];
  const d = normalizeDim(along, first.ndim);
  for (const [i, x] of tensors.entries()) if (!ignored(x)) checkJoins(first, x, d, i);
  if (!tensors.some(ignored)) return call(catOp, tensors, [], { dim: d });
  // An ignored tensor still takes part in promotion, and has a gradient, though no element of it.
  const shape = first.shape.with(d, 0);
  const parts = tensors.map((x) => (ignored(x) ? reshape(x, shape) : x));
  return call(catAsOp, parts, [], { dim: d, dtype });
}

const catAsOp = operation<{ dim: number; dtype: Tensor["dtype"] }>(
  "cat",
  (parts, _, { dim, dtype }) =>
    joined(
      parts.map((x) => m.cast(x, dtype)),
      dim,
    ),
  { half: "keep" },
);

function checkJoins(first: Tensor, x: Tensor, dim: number, at: number): void {
  if (x.ndim !== first.ndim)
    throw new ShapeError(`Tensors must have same number of dimensions: got ${first.ndim} and ${x.ndim}`);
  for (const [d, size] of x.shape.entries())
    if (d !== dim && size !== first.shape[d])
      throw new ShapeError(
        `Sizes of tensors must match except in dimension ${dim}. Expected size ${first.shape[d]} but got size ${size} for tensor number ${at} in the list.`,
      );
}

/**
 * Tensors of one shape along a new dimension `dim`, promoted to a common dtype.
 *
 * @throws ShapeError if the list is empty or shapes differ.
 * @example torch.stack([a, b]) // two of [3] → [2, 3]
 */
export function stack(tensors: readonly Tensor[], dim: Named<"dim"> = 0): Tensor {
  requireTensors("stack", tensors);
  if (tensors.length === 0) throw new ShapeError("stack expects a non-empty TensorList");
  const [first] = tensors;
  const d = normalizeDim(numberOf(dim, "dim", 0), first.ndim + 1);
  for (const [i, x] of tensors.entries())
    if (!sameShape(x.shape, first.shape))
      throw new ShapeError(
        `stack expects each tensor to be equal size, but got ${sizeText(first.shape)} at entry 0 and ${sizeText(x.shape)} at entry ${i}`,
      );
  return call(stackOp, tensors, [], { dim: d });
}

/** One view of a tensor, or of each of several. */
export interface AtLeast {
  (input: Tensor): Tensor;
  (input: readonly Tensor[], ...more: readonly Tensor[]): Tensor[];
  (input: Tensor, ...more: readonly [Tensor, ...Tensor[]]): Tensor[];
}

const atLeast = (raised: (x: Tensor) => Tensor): AtLeast =>
  ((input: Tensor | readonly Tensor[], ...more: Tensor[]): Tensor | Tensor[] =>
    input instanceof Tensor && more.length === 0
      ? raised(input)
      : [input, ...more].flat().map((x) => raised(x))) as AtLeast;

/** A view with at least one dimension; of several, or of a list, one of each. */
export const atleast1d: AtLeast = /* @__PURE__ */ atLeast((x) => (x.ndim === 0 ? reshape(x, [1]) : x));

/** A view with at least two dimensions; a vector becomes a row. Of several, or of a list, one of each. */
export const atleast2d: AtLeast = /* @__PURE__ */ atLeast((x) => {
  if (x.ndim === 0) return reshape(x, [1, 1]);
  return x.ndim === 1 ? unsqueeze(x, 0) : x;
});

/** A view with at least three dimensions: [n] becomes [1, n, 1], [n, m] becomes [n, m, 1]. Of several, or of a list, one of each. */
export const atleast3d: AtLeast = /* @__PURE__ */ atLeast((x) => {
  if (x.ndim === 0) return reshape(x, [1, 1, 1]);
  if (x.ndim === 1) return unsqueeze(unsqueeze(x, 0), -1);
  return x.ndim === 2 ? unsqueeze(x, -1) : x;
});

function nonEmpty(name: string, tensors: readonly Tensor[]): readonly Tensor[] {
  requireTensors(name, tensors);
  if (tensors.length === 0) throw new ShapeError(`${name} expects a non-empty TensorList`);
  return tensors;
}

/** Concatenates side by side: along columns, or vectors end to end. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const parts = nonEmpty("hstack", tensors).map((x) => atleast1d(x));
  return cat(parts, parts[0].ndim === 1 ? 0 : 1);
}

/** Concatenates rows; vectors are rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return cat(
    nonEmpty("vstack", tensors).map((x) => atleast2d(x)),
    0,
  );
}

/** Concatenates along dimension 2, which is added where it is missing. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return cat(
    nonEmpty("dstack", tensors).map((x) => atleast3d(x)),
    2,
  );
}

/** Concatenates columns; vectors are columns. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  return hstack(nonEmpty("column_stack", tensors).map((x) => (x.ndim <= 1 ? reshape(x, [x.numel(), 1]) : x)));
}
