import type { DType } from "../../dtype/dtype.ts";
import { ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { requireFloat } from "../elementwise/operands.ts";
import { keywords } from "../reduction/keywords.ts";
import { toDtype } from "../shape/convert.ts";
import { normalizeDim } from "../shape/dims.ts";

/** Parameters of `softmax` and its relatives, by name. */
export interface SoftmaxOptions {
  /** The dimension along which the results sum to 1. */
  readonly dim?: number;
  /** Converts the input first, against overflow; default: the input's dtype. */
  readonly dtype?: DType | null;
}

interface Along {
  readonly dim: number;
  readonly [name: string]: unknown;
}

const dims = (x: Term, { dim }: Along): number[] => (x.rank === 0 ? [] : [dim]);

const softmaxOp = operation<Along>(
  "softmax",
  ([x], _, along) => {
    if (x.numel === 0) return m.add(x, 0);
    const e = m.exp(m.sub(x, m.amax(x, dims(x, along), true)));
    return m.mul(e, m.div(1, m.sum(e, dims(x, along), true)));
  },
  {
    gradName: "SoftmaxBackward0",
    derivative: ({ grad, output, attributes }) => {
      const y = output();
      const weighted = m.mul(grad(), y);
      return [m.sub(weighted, m.mul(y, m.sum(weighted, dims(y, attributes), true)))];
    },
  },
);

const logSoftmaxOp = operation<Along>(
  "log_softmax",
  ([x], _, along) => {
    if (x.numel === 0) return m.add(x, 0);
    const shifted = m.sub(x, m.amax(x, dims(x, along), true));
    return m.sub(shifted, m.log(m.sum(m.exp(shifted), dims(x, along), true)));
  },
  {
    gradName: "LogSoftmaxBackward0",
    derivative: ({ grad, output, attributes }) => {
      const y = output();
      return [m.sub(grad(), m.mul(m.exp(y), m.sum(grad(), dims(y, attributes), true)))];
    },
  },
);

function prepare(kernel: string, input: Tensor, given: readonly unknown[]): [Tensor, Along] {
  const { dim, dtype } = keywords<SoftmaxOptions>(["dim", "dtype"], given);
  if (dim === undefined) throw new ValueError("softmax(): missing the argument dim");
  const x = dtype ? toDtype(input, dtype) : input;
  const along = { dim: normalizeDim(dim, input.ndim) };
  requireFloat(kernel, x.dtype);
  return [x, along];
}

/**
 * exp(x) / sum of exp(x) along `dim`, without overflow.
 *
 * @param dim may be given by name, as `{ dim, dtype }`.
 * @throws IndexError for a dimension that does not exist; DTypeError for integers without `dtype`.
 * @example
 * torch.softmax(torch.tensor([0, 0]), 0); // tensor([0.5000, 0.5000])
 */
export function softmax(input: Tensor, dim: number | SoftmaxOptions, dtype?: DType | SoftmaxOptions | null): Tensor {
  const [x, along] = prepare("softmax_lastdim_kernel_impl", input, [dim, dtype]);
  return call(softmaxOp, [x], [], along);
}

/**
 * log of `softmax`, without overflow and accurate where the softmax is near 0.
 *
 * @param dim may be given by name, as `{ dim, dtype }`.
 * @throws IndexError for a dimension that does not exist; DTypeError for integers without `dtype`.
 */
export function logSoftmax(input: Tensor, dim: number | SoftmaxOptions, dtype?: DType | SoftmaxOptions | null): Tensor {
  const [x, along] = prepare("log_softmax_lastdim_kernel_impl", input, [dim, dtype]);
  return call(logSoftmaxOp, [x], [], along);
}
