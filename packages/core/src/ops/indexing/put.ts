/** Elements written to a tensor as if it were one vector. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import { keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkKnownIndex, wrappedIndex } from "./bounds.ts";

const putOp = operation<{ accumulate: boolean }>(
  "put",
  ([x, index, source], _, { accumulate }) => {
    const message = `out of range: tried to access an index of a tensor of ${x.numel} elements.`;
    const places = wrappedIndex(m.reshape(index, [index.numel]), x.numel, message);
    const flat = m.reshape(source, [source.numel]);
    return m.reshape(m.scatter(m.reshape(x, [x.numel]), 0, places, flat, accumulate ? "sum" : "set"), x.shape);
  },
  {
    half: "keep",
    derivative: ({ input, shape, grad, needs, attributes: { accumulate } }) => {
      const g = m.reshape(grad(), [grad().numel]);
      const raw = m.reshape(input(1), [input(1).numel]);
      const places = m.where(m.lt(raw, 0), m.add(raw, g.numel), raw);
      const zeros = m.zerosLike({ dtype: g.dtype, shape: places.shape });
      const ofInput = accumulate ? grad() : m.reshape(m.scatter(g, 0, places, zeros, "set"), grad().shape);
      return [needs(0) ? ofInput : null, null, needs(2) ? m.reshape(m.gather(g, 0, places), shape(2)) : null];
    },
  },
);

/** What the functions that put values somewhere take by name. */
export interface AccumulateOptions {
  /** Whether values are added to what is there; default false. */
  readonly accumulate?: boolean;
}

/** Whether values are added. */
export function adds(accumulate: boolean | AccumulateOptions | undefined): boolean {
  return keywords<AccumulateOptions>(["accumulate"], [accumulate]).accumulate ?? false;
}

/**
 * A copy of `input` with the elements of `source` at `index`, counted as if `input` were one vector; with `accumulate`
 * they are added. Negative indices count from the end.
 *
 * @throws ShapeError, DTypeError or IndexError if index or source do not fit.
 */
export function put(input: Tensor, index: Tensor, source: Tensor, accumulate?: boolean | AccumulateOptions): Tensor {
  if (index.dtype !== "int64")
    throw new DTypeError(`put_(): Expected a long tensor for index, but got ${pytorchName(index.dtype)}`);
  if (source.dtype !== input.dtype)
    throw new DTypeError(
      `put_(): self and source expected to have the same dtype, but got self.dtype = ${pytorchName(input.dtype)} and source.dtype = ${pytorchName(source.dtype)}`,
    );
  if (source.numel() !== index.numel())
    throw new ShapeError(
      `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.numel()}, index.numel() = ${index.numel()}`,
    );
  const numel = input.numel();
  if (numel === 0 && index.numel() > 0) throw new IndexError("put_(): Tried to put elements into an empty tensor");
  checkKnownIndex(
    index,
    numel,
    (i) => `out of range: tried to access index ${i} on a tensor of ${numel} elements.`,
    -numel,
  );
  return call(putOp, [input, index, source], [], { accumulate: adds(accumulate) });
}
