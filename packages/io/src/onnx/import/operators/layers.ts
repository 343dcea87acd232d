import {
  abs,
  add,
  amax,
  div,
  einsum,
  logSoftmax,
  matmul,
  mean,
  mul,
  narrow,
  ones,
  pow,
  reshape,
  softmax,
  sqrt,
  sub,
  sum,
  type Tensor,
  transpose,
} from "@cresset/core/functions";
import { functional as F } from "@cresset/nn";
import type { Call, Operator, Operators } from "../call.ts";
import { axisIn } from "../host/axes.ts";
import { countOf } from "../host-value.ts";

function gemm(call: Call): Tensor {
  let a = call.tensor(0);
  let b = call.tensor(1);
  if (a.ndim !== 2 || b.ndim !== 2) throw call.error("the factors must be matrices");
  if (call.int("transA", 0) !== 0) a = transpose(a, 0, 1);
  const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
  const transposed = call.int("transB", 0) !== 0;
  const c = call.optional(2);
  // The usual layer, as one operation.
  if (transposed && alpha === 1 && beta === 1 && c !== null && c.ndim === 1) return F.linear(a, b, c);
  if (transposed) b = transpose(b, 0, 1);
  const product = matmul(a, b);
  const scaled = alpha === 1 ? product : mul(product, alpha);
  return c === null ? scaled : add(scaled, beta === 1 ? c : mul(c, beta));
}

interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** How windows lie, with the paddings that "SAME" stands for. */
function windowOf(call: Call, x: Tensor, kernel: readonly number[]): Window {
  const dims = x.ndim - 2;
  if (dims < 1 || dims > 3 || kernel.length !== dims)
    throw call.error(`windows of ${kernel.length} dimensions over [${x.shape.join(", ")}]`);
  const list = (name: string, otherwise: number): readonly number[] =>
    call.ints(name) ?? new Array<number>(dims).fill(otherwise);
  const [stride, dilation] = [list("strides", 1), list("dilations", 1)];
  if (stride.length !== dims || dilation.length !== dims)
    throw call.error("strides and dilations must be of each dimension");
  const auto = call.string("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = kernel.map((k, d) => {
      const out = Math.ceil(x.shape[2 + d] / stride[d]);
      return Math.max(0, (out - 1) * stride[d] + (k - 1) * dilation[d] + 1 - x.shape[2 + d]);
    });
    const small = total.map((n) => Math.floor(n / 2));
    const large = total.map((n) => Math.ceil(n / 2));
    return auto === "SAME_UPPER"
      ? { kernel, stride, dilation, low: small, high: large }
      : { kernel, stride, dilation, low: large, high: small };
  }
  const pads = (auto === "VALID" ? undefined : call.ints("pads")) ?? new Array<number>(2 * dims).fill(0);
  if (pads.length !== 2 * dims) throw call.error(`${pads.length} paddings for ${dims} dimensions`);
  return { kernel, stride, dilation, low: pads.slice(0, dims), high: pads.slice(dims) };
}

/** Pads where both sides are not the same, so that what follows pads both alike. */
function evened(x: Tensor, { low, high }: Window, value: number): { x: Tensor; padding: number[] } {
  if (low.every((n, d) => n === high[d])) return { x, padding: [...low] };
  const widths = low
    .map((n, d) => [n, high[d]])
    .reverse()
    .flat();
  return { x: F.pad(x, widths, "constant", value), padding: low.map(() => 0) };
}

function convolution(call: Call): Tensor {
  const [input, weight, bias] = [call.tensor(0), call.tensor(1), call.optional(2)];
  const window = windowOf(call, input, weight.shape.slice(2));
  const { x, padding } = evened(input, window, 0);
  const options = { stride: [...window.stride], padding, dilation: [...window.dilation], groups: call.int("group", 1) };
  return [F.conv1d, F.conv2d, F.conv3d][input.ndim - 3](x, weight, bias, options);
}

function convolutionTransposed(call: Call): Tensor {
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.optional(2)];
  const { stride, dilation, low, high } = windowOf(call, x, weight.shape.slice(2));
  if (call.ints("output_shape") !== undefined) throw call.error("output_shape");
  const even = low.every((n, d) => n === high[d]);
  const outputPadding = call.ints("output_padding") ?? low.map(() => 0);
  const options = {
    stride: [...stride],
    padding: low.map((n) => (even ? n : 0)),
    outputPadding: [...outputPadding],
    groups: call.int("group", 1),
    dilation: [...dilation],
  };
  const result = [F.convTranspose1d, F.convTranspose2d, F.convTranspose3d][x.ndim - 3](x, weight, bias, options);
  if (even) return result;
  return low.reduce((y, n, d) => narrow(y, 2 + d, n, y.shape[2 + d] - n - high[d]), result);
}

function maxPool(call: Call): Tensor {
  const input = call.tensor(0);
  const window = windowOf(call, input, call.ints("kernel_shape") ?? []);
  if (call.node.output.length > 1) throw call.error("positions of the maxima");
  const { x, padding } = evened(input, window, Number.NEGATIVE_INFINITY);
  const options = {
    stride: [...window.stride],
    padding,
    dilation: [...window.dilation],
    ceilMode: call.int("ceil_mode", 0) !== 0,
  };
  return [F.maxPool1d, F.maxPool2d, F.maxPool3d][input.ndim - 3](x, [...window.kernel], options);
}

function averagePool(call: Call): Tensor {
  const input = call.tensor(0);
  const window = windowOf(call, input, call.ints("kernel_shape") ?? []);
  const counted = call.int("count_include_pad", 0) !== 0;
  if (window.dilation.some((n) => n !== 1)) throw call.error("dilated averages");
  const { x, padding } = evened(input, window, 0);
  const options = {
    stride: [...window.stride],
    padding,
    ceilMode: call.int("ceil_mode", 0) !== 0,
    countIncludePad: counted,
  };
  const pool = [F.avgPool1d, F.avgPool2d, F.avgPool3d][input.ndim - 3];
  const averages = pool(x, [...window.kernel], options);
  if (counted || x === input) return averages;
  // The part of each window that is no padding.
  const there = ones([1, 1, ...input.shape.slice(2)], { dtype: input.dtype, device: call.device });
  return div(averages, pool(evened(there, window, 0).x, [...window.kernel], options));
}

/** All of a channel. */
const globally =
  (of: (x: Tensor, dims: number[]) => Tensor): Operator =>
  (call) => {
    const x = call.tensor(0);
    if (x.ndim < 3) throw call.error(`an input of ${x.ndim} dimensions`);
    return of(
      x,
      x.shape.slice(2).map((_, d) => 2 + d),
    );
  };

function batchNorm(call: Call): Tensor {
  const [x, weight, bias, mean_, variance] = [0, 1, 2, 3, 4].map((i) => call.tensor(i));
  if (call.int("training_mode", 0) !== 0) throw call.error("statistics of the batch (training_mode)");
  return F.batchNorm(x, mean_, variance, { weight, bias, eps: call.float("epsilon", 1e-5) });
}

function layerNorm(call: Call): Tensor {
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.optional(2)];
  if (call.node.output.slice(1).some((name) => name !== "")) throw call.error("mean and deviation as results");
  const axis = axisIn(call, call.int("axis", -1), x.ndim);
  return F.layerNorm(x, x.shape.slice(axis), { weight, bias, eps: call.float("epsilon", 1e-5) });
}

function instanceNorm(call: Call): Tensor {
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  return F.instanceNorm(x, null, null, { weight, bias, eps: call.float("epsilon", 1e-5) });
}

function groupNorm(call: Call): Tensor {
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const groups = call.int("num_groups", 1);
  // Before version 21 a factor is of a group, not of a channel.
  if (call.opset < 21 && weight.numel() !== x.shape[1]) throw call.error("factors of groups");
  return F.groupNorm(x, groups, { weight, bias, eps: call.float("epsilon", 1e-5) });
}

/** Along one dimension; before version 13 over all from the axis on. */
const along =
  (of: (x: Tensor, dim: number) => Tensor): Operator =>
  (call) => {
    const x = call.tensor(0);
    const axis = axisIn(call, call.int("axis", call.opset < 13 ? 1 : -1), x.ndim);
    if (call.opset >= 13) return of(x, axis);
    return reshape(of(reshape(x, [countOf(x.shape.slice(0, axis)), countOf(x.shape.slice(axis))]), 1), x.shape);
  };

export const layers: Operators = {
  Gemm: gemm,
  MatMul: (call) => matmul(call.tensor(0), call.tensor(1)),
  Einsum: (call) => einsum(call.string("equation", ""), ...call.tensors()),
  Conv: convolution,
  ConvTranspose: convolutionTransposed,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globally((x, dims) => mean(x, dims, true)),
  GlobalMaxPool: globally((x, dims) => amax(x, dims, true)),
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  InstanceNormalization: instanceNorm,
  GroupNormalization: groupNorm,
  LRN: (call) =>
    F.localResponseNorm(call.tensor(0), call.int("size", 1), {
      alpha: call.float("alpha", 1e-4),
      beta: call.float("beta", 0.75),
      k: call.float("bias", 1),
    }),
  LpPool: (call) => {
    const input = call.tensor(0);
    const window = windowOf(call, input, call.ints("kernel_shape") ?? []);
    if (window.dilation.some((n) => n !== 1)) throw call.error("dilated windows");
    const p = call.int("p", 2);
    const { x, padding } = evened(pow(abs(input), p), window, 0);
    const pool = [F.avgPool1d, F.avgPool2d, F.avgPool3d][input.ndim - 3];
    const options = { stride: [...window.stride], padding, ceilMode: call.int("ceil_mode", 0) !== 0 };
    return pow(mul(pool(x, [...window.kernel], options), countOf(window.kernel)), 1 / p);
  },
  GlobalLpPool: (call) => {
    const p = call.int("p", 2);
    return globally((x, dims) => pow(sum(pow(abs(x), p), dims, true), 1 / p))(call);
  },
  GridSample: (call) => {
    const modes = {
      linear: "bilinear",
      bilinear: "bilinear",
      nearest: "nearest",
      cubic: "bicubic",
      bicubic: "bicubic",
    } as const;
    const given = call.string("mode", "linear");
    const mode = Object.hasOwn(modes, given) ? modes[given as keyof typeof modes] : undefined;
    const paddingMode = call.string("padding_mode", "zeros");
    if (mode === undefined || (paddingMode !== "zeros" && paddingMode !== "border" && paddingMode !== "reflection"))
      throw call.error(`mode "${given}" with padding "${paddingMode}"`);
    const alignCorners = call.int("align_corners", 0) !== 0;
    return F.gridSample(call.tensor(0), call.tensor(1), { mode, paddingMode, alignCorners });
  },
  MeanVarianceNormalization: (call) => {
    const x = call.tensor(0);
    const axes = (call.ints("axes") ?? [0, 2, 3]).map((axis) => axisIn(call, axis, x.ndim));
    const centred = sub(x, mean(x, axes, true));
    return div(centred, sqrt(add(mean(mul(centred, centred), axes, true), 1e-9)));
  },
  RMSNormalization: (call) => {
    const x = call.tensor(0);
    const axis = axisIn(call, call.int("axis", -1), x.ndim);
    const axes = x.shape.map((_, d) => d).slice(axis);
    const size = sqrt(add(mean(mul(x, x), axes, true), call.float("epsilon", 1e-5)));
    return mul(div(x, size), call.tensor(1));
  },
  Softmax: along(softmax),
  LogSoftmax: along(logSoftmax),
  LpNormalization: (call) => {
    const x = call.tensor(0);
    if (call.int("p", 2) !== 2) throw call.error("p other than 2");
    const axis = axisIn(call, call.int("axis", -1), x.ndim);
    return div(x, sqrt(sum(mul(x, x), [axis], true)));
  },
};
