/** Elements picked by index tensors. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normalizeDim, sizeText } from "../shape/dims.ts";
import { broadcastTo } from "../shape/expand.ts";
import { ravel } from "../shape/reshape.ts";
import { checkedIndex, checkKnownIndex, outOfBounds, outOfBoundsSomewhere, wrappedIndex } from "./bounds.ts";

/** The first elements of every dimension but `dim`, as many as `shape` has. */
export function cropped(x: Term, dim: number, shape: readonly number[]): Term {
  return shape.reduce((y, size, d) => (d === dim ? y : m.slice(y, d, 0, size)), x);
}

const gatherOp = operation<{ dim: number }>(
  "gather",
  ([x, index], _, { dim }) => {
    if (x.rank === 0 || index.rank === 0) {
      // Numbers count as vectors of one element.
      const flat = m.reshape(index, [index.numel]);
      return m.reshape(
        m.gather(m.reshape(x, [x.numel]), 0, checkedIndex(flat, x.numel, outOfBoundsSomewhere(0, 1))),
        index.shape,
      );
    }
    const places = checkedIndex(index, x.shape[dim], outOfBoundsSomewhere(dim, x.shape[dim]));
    return m.gather(cropped(x, dim, index.shape), dim, places);
  },
  { half: "keep" },
);

export interface GatherOptions {
  /** Whether PyTorch makes the gradient a sparse tensor. Here it never is, and has the same elements. */
  readonly sparseGrad?: boolean;
}

interface GatherParameters extends GatherOptions {
  readonly dim: number;
  readonly index: Tensor;
}

/**
 * out[i][j][k] = input[index[i][j][k]][j][k] for dim 0, and so on: one element for each index, in the index's shape.
 *
 * @param index int64, of as many dimensions as `input`, in the others than `dim` not larger.
 * @throws ShapeError or DTypeError if the index does not fit; IndexError for an index out of range (where it is not known
 * at the call, at evaluation).
 * @example logits.gather(1, target.unsqueeze(1)) // the target's logit in each row
 */
export function gather(
  input: Tensor,
  ...given: readonly [dim: number, index: Tensor, options?: GatherOptions] | ByName<GatherParameters, ["dim", "index"]>
): Tensor {
  const { dim, index } = keywords<GatherParameters>(["dim", "index", "sparseGrad"], given, 2);
  requireTensors("gather", [input, index]);
  const d = normalizeDim(dim, input.ndim);
  if (index.numel() > 0) {
    if (index.dtype !== "int64") throw new DTypeError("gather(): Expected dtype int64 for index");
    checkGatherShape(input, d, index);
  } else if (index.ndim !== input.ndim || index.shape.some((size, i) => i !== d && size > input.shape[i])) {
    return call(emptyGatherOp, [input], [], { shape: index.shape });
  }
  const size = input.ndim === 0 ? 1 : input.shape[d];
  checkKnownIndex(index, size, (i) => outOfBounds(i, d, size));
  return call(gatherOp, [input, index], [], { dim: d });
}

/** PyTorch does not look at the shape of an index without elements. */
const emptyGatherOp = operation<{ shape: readonly number[] }>(
  "gather",
  ([x], _, { shape }) => m.reshape(m.slice(m.reshape(x, [x.numel]), 0, 0, 0), shape),
  { half: "keep" },
);

function checkGatherShape(input: Tensor, dim: number, index: Tensor): void {
  if (Math.max(input.ndim, 1) !== Math.max(index.ndim, 1))
    throw new ShapeError("Index tensor must have the same number of dimensions as input tensor");
  for (const [d, size] of index.shape.entries())
    if (d !== dim && size > input.shape[d])
      throw new ShapeError(
        `Size does not match at dimension ${d} expected index ${sizeText(index.shape)} to be smaller than self ${sizeText(input.shape)} apart from dimension ${dim}`,
      );
}

const takeOp = operation(
  "take",
  ([x, index]) => {
    const flat = m.reshape(index, [index.numel]);
    const message = `out of range: tried to access an index of a tensor of ${x.numel} elements.`;
    return m.reshape(m.gather(m.reshape(x, [x.numel]), 0, wrappedIndex(flat, x.numel, message)), index.shape);
  },
  { half: "keep" },
);

/**
 * Elements of `input`, as if it were one vector, at `index`, in the index's shape; negative indices count from the end.
 *
 * @throws DTypeError unless the index is int64; IndexError for an index out of range.
 */
export function take(input: Tensor, index: Tensor): Tensor {
  requireTensors("take", [input, index]);
  if (index.dtype !== "int64")
    throw new DTypeError(`take(): Expected a long tensor for index, but got ${pytorchName(index.dtype)}`);
  const numel = input.numel();
  if (numel === 0 && index.numel() > 0) throw new IndexError("take(): tried to take from an empty tensor");
  checkKnownIndex(
    index,
    numel,
    (i) => `out of range: tried to access index ${i} on a tensor of ${numel} elements.`,
    -numel,
  );
  return call(takeOp, [input, index]);
}

/**
 * Like `gather`, but sizes other than `dim`'s broadcast, so that what `argsort` or `argmax(dim, true)` gives can be used
 * directly. Without `dim` both are taken as vectors.
 */
export function takeAlongDim(input: Tensor, indices: Tensor, dim?: number | null): Tensor {
  requireTensors("take_along_dim", [input, indices]);
  if (indices.dtype !== "int64")
    throw new DTypeError(
      `torch.take_along_dim(): dtype of indices should be Long but got ${pytorchName(indices.dtype)}`,
    );
  if (dim === undefined || dim === null) return gather(ravel(input), 0, ravel(indices));
  if (input.ndim !== indices.ndim)
    throw new ShapeError(
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${input.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`,
    );
  const d = normalizeDim(dim, input.ndim);
  if (input.ndim === 0) return gather(input, 0, indices);
  const shape = m.broadcastShapes(input.shape.with(d, 1), indices.shape.with(d, 1));
  return gather(
    broadcastTo(input, shape.with(d, input.shape[d])),
    d,
    broadcastTo(indices, shape.with(d, indices.shape[d])),
  );
}
