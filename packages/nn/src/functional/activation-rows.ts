/** Activations that combine the elements along a dimension, or take a second tensor. */

import { call, operation, requireTensors } from "@cresset/core/extend";
import {
  logSoftmax as coreLogSoftmax,
  softmax as coreSoftmax,
  neg,
  ShapeError,
  type SoftmaxOptions,
  type Tensor,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { logistic, requireFloat } from "./activation-common.ts";

export { prelu } from "@cresset/core/functions";

/** The dimension and the options; where no dimension is given, PyTorch's choice: 0 for rank 0, 1 and 3, else 1. */
function along(input: Tensor, dim: number | null | SoftmaxOptions, options?: SoftmaxOptions): [number, SoftmaxOptions] {
  requireTensors("softmax", [input]);
  const rank = input.ndim;
  const named = keywords<SoftmaxOptions>(["dim", "dtype"], [dim ?? undefined, options]);
  return [named.dim ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1), { dtype: named.dtype }];
}

/**
 * exp(x) / sum of exp(x) along `dim`.
 *
 * @param dim may be given by name, as `{ dim, dtype }`. Default: 0 for rank 0, 1 and 3, else 1 (deprecated: give it).
 * @throws IndexError for a dimension that does not exist.
 * @example
 * F.softmax(scores, -1);
 */
export function softmax(input: Tensor, dim: number | null | SoftmaxOptions = null, options?: SoftmaxOptions): Tensor {
  return coreSoftmax(input, ...along(input, dim, options));
}

/** log of `softmax`, without overflow. */
export function logSoftmax(
  input: Tensor,
  dim: number | null | SoftmaxOptions = null,
  options?: SoftmaxOptions,
): Tensor {
  return coreLogSoftmax(input, ...along(input, dim, options));
}

/** softmax(-x): the smallest elements get the largest shares. */
export function softmin(input: Tensor, dim: number | null | SoftmaxOptions = null, options?: SoftmaxOptions): Tensor {
  return coreSoftmax(neg(input), ...along(input, dim, options));
}

interface Halving {
  readonly dim: number;
  readonly [name: string]: unknown;
}

const gluOp = operation<Halving>(
  "glu",
  ([x], _, { dim }) => {
    const size = x.shape[dim] / 2;
    const gate = m.div(1, m.add(1, m.exp(m.neg(m.slice(x, dim, size, size)))));
    return m.mul(m.slice(x, dim, 0, size), gate);
  },
  {
    derivative: ({ grad, input, attributes: { dim } }) => {
      const x = input(0);
      const size = x.shape[dim] / 2;
      const gate = logistic(m.slice(x, dim, size, size));
      const first = m.mul(gate, grad());
      const second = m.mul(m.mul(m.mul(m.sub(1, gate), gate), grad()), m.slice(x, dim, 0, size));
      return [m.cat([first, second], dim)];
    },
  },
);

/** The parameter of `glu`, by name. */
export interface GluOptions {
  /** Default -1. */
  readonly dim?: number;
}

/**
 * a · sigmoid(b), where a and b are the halves of the input along `dim`.
 *
 * @param dim default -1; its size must be even. May be given by name, as `{ dim }`.
 * @throws ShapeError for an odd size; DTypeError for integers.
 * @example
 * F.glu(torch.randn([2, 6])).shape; // [2, 3]
 */
export function glu(input: Tensor, dim?: number | GluOptions): Tensor {
  const halved = keywords<GluOptions>(["dim"], [dim]).dim ?? -1;
  requireTensors("glu", [input]);
  const rank = input.ndim;
  if (rank === 0) throw new ShapeError("glu does not support scalars because halving size must be even");
  if (!Number.isInteger(halved) || halved < -rank || halved >= rank)
    throw new ShapeError(
      `Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${halved})`,
    );
  const along = halved < 0 ? halved + rank : halved;
  const size = input.shape[along];
  if (size % 2 !== 0) throw new ShapeError(`Halving dimension must be even, but dimension ${along} is size ${size}`);
  requireFloat("glu_cpu", input);
  return call(gluOp, [input], [], { dim: along });
}
