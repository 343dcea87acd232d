import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Dims, reducedDims } from "./dims.ts";
import { keywords } from "./keywords.ts";

interface Attributes extends Record<string, unknown> {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

const logSumExpOp = operation<Attributes>(
  "logsumexp",
  ([input], _, { dims, keepdim }) => {
    const x = m.toFloat(input);
    // Of no elements the sum is 0, and there is no greatest one.
    if (x.numel === 0) return m.log(m.sum(m.exp(x), dims, keepdim));
    const greatest = m.amax(x, dims, true);
    // An infinite maximum would make Infinity - Infinity.
    const shift = m.where(m.isInfinite(greatest), 0, greatest);
    const result = m.add(m.log(m.sum(m.exp(m.sub(x, shift)), dims, true)), shift);
    return keepdim
      ? result
      : m.reshape(
          result,
          m.keptShape(x.shape, dims).filter((_size, d) => !dims.includes(d)),
        );
  },
  {
    // Softmax, from the result.
    derivative: ({ input, output, grad, attributes: { dims } }) => {
      const x = m.toFloat(input(0));
      const shape = m.keptShape(x.shape, dims);
      return [m.mul(m.reshape(grad(0), shape), m.exp(m.sub(x, m.reshape(output(0), shape))))];
    },
  },
);

/**
 * log Σ exp(x) over `dim`, one dimension or a list, computed around the greatest element. Integers count as floats.
 *
 * @example
 * torch.logsumexp(torch.tensor([1000, 1000]), 0) // tensor(1000.6931)
 */
export function logsumexp(
  input: Tensor,
  dim: Dims | { dim: Dims; keepdim?: boolean },
  keepdim?: boolean | { keepdim?: boolean },
): Tensor {
  const given = keywords<{ dim?: Dims; keepdim?: boolean }>(["dim", "keepdim"], [dim, keepdim]);
  const kept = given.keepdim ?? false;
  if (Array.isArray(given.dim) && given.dim.length === 0 && input.ndim > 0 && input.numel() > 0 && !kept)
    throw new ShapeError(
      `output with shape [] doesn't match the broadcast shape [${input.shape.map(() => 1).join(", ")}]`,
    );
  return call(logSumExpOp, [input], [], { dims: reducedDims(given.dim, input.ndim), keepdim: kept });
}
