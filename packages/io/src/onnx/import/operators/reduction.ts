import {
  abs,
  amax,
  amin,
  argmax,
  argmin,
  cumsum,
  flip,
  log,
  logsumexp,
  mean,
  mul,
  prod,
  reshape,
  sqrt,
  sub,
  sum,
  type Tensor,
  topk,
} from "@cresset/core/functions";
import type { Call, Operator, Operators } from "../call.ts";
import { axisIn } from "../host/axes.ts";
import { hostValue } from "../host-value.ts";

type Reduce = (x: Tensor, dims: readonly number[], keepdim: boolean) => Tensor;

const reducing =
  (of: Reduce): Operator =>
  (call) => {
    const x = call.tensor(0);
    const keepdim = call.int("keepdims", 1) !== 0;
    const given = call.axes(1);
    if ((given === undefined || given.length === 0) && call.int("noop_with_empty_axes", 0) !== 0) return x;
    const dims = given?.length ? given.map((axis) => axisIn(call, axis, x.ndim)) : x.shape.map((_, d) => d);
    return dims.length === 0 ? of(reshape(x, [1]), [0], false) : of(x, dims, keepdim);
  };

/** Sums keep their dtype, as PyTorch's of small integers do not. */
const total: Reduce = (x, dims, keepdim) => sum(x, dims, keepdim, { dtype: x.dtype });

/** One dimension after the other, from the last. */
const product: Reduce = (x, dims, keepdim) =>
  [...dims].sort((a, b) => b - a).reduce((y, d) => prod(y, d, keepdim, { dtype: x.dtype }), x);

const position =
  (of: typeof argmax): Operator =>
  (call) => {
    const x = call.tensor(0);
    const axis = axisIn(call, call.int("axis", 0), x.ndim);
    const keepdim = call.int("keepdims", 1) !== 0;
    if (call.int("select_last_index", 0) === 0) return of(x, axis, keepdim);
    return sub(x.shape[axis] - 1, of(flip(x, axis), axis, keepdim));
  };

function running(call: Call): Tensor {
  const x = call.tensor(0);
  const [axis] = call.integers(1);
  const d = axisIn(call, axis ?? 0, x.ndim);
  const backwards = call.int("reverse", 0) !== 0;
  let y = cumsum(backwards ? flip(x, d) : x, d, { dtype: x.dtype });
  if (call.int("exclusive", 0) !== 0) y = sub(y, backwards ? flip(x, d) : x);
  return backwards ? flip(y, d) : y;
}

function largest(call: Call): Tensor[] {
  const x = call.tensor(0);
  const axis = axisIn(call, call.int("axis", -1), x.ndim);
  const k = call.opset < 10 ? call.int("k", 0) : call.integers(1)[0];
  const [values, indices] = topk(x, k, axis, call.int("largest", 1) !== 0, call.int("sorted", 1) !== 0);
  return [values, indices];
}

export const reduction: Operators = {
  ReduceSum: reducing(total),
  ReduceMean: reducing((x, dims, keepdim) => mean(x, dims, keepdim)),
  ReduceMax: reducing((x, dims, keepdim) => amax(x, dims, keepdim)),
  ReduceMin: reducing((x, dims, keepdim) => amin(x, dims, keepdim)),
  ReduceProd: reducing(product),
  ReduceL1: reducing((x, dims, keepdim) => total(abs(x), dims, keepdim)),
  ReduceL2: reducing((x, dims, keepdim) => sqrt(total(mul(x, x), dims, keepdim))),
  ReduceSumSquare: reducing((x, dims, keepdim) => total(mul(x, x), dims, keepdim)),
  ReduceLogSum: reducing((x, dims, keepdim) => log(total(x, dims, keepdim))),
  ReduceLogSumExp: reducing((x, dims, keepdim) => logsumexp(x, dims, keepdim)),
  ArgMax: position(argmax),
  ArgMin: position(argmin),
  CumSum: running,
  TopK: largest,
  Size: (call) => hostValue("int64", [], [call.tensor(0).numel()]),
};
