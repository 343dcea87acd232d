import {
  add,
  arange,
  broadcastShapes,
  broadcastTo,
  cat,
  eq,
  flip,
  fromHost,
  full,
  index,
  narrow,
  permute,
  reshape,
  slice,
  splitWithSizes,
  squeeze,
  type Tensor,
  tile,
  tril,
  triu,
  unsqueeze,
} from "@cresset/core/functions";
import { functional as F } from "@cresset/nn";
import { dataTypes, dtypeOf } from "../../dtypes.ts";
import type { Call, Operators } from "../call.ts";
import { axisIn, requireLength, reshapeTarget, sliceOf } from "../host/axes.ts";
import { countOf, type Flowing, type HostValue, hostValue, mostOnHost } from "../host-value.ts";
import { readTensor } from "../tensors.ts";

function sliced(call: Call): Tensor {
  let x = call.tensor(0);
  const starts = call.opset < 10 ? (call.ints("starts") ?? []) : call.integers(1);
  const ends = call.opset < 10 ? (call.ints("ends") ?? []) : call.integers(2);
  const axes =
    (call.opset < 10 ? call.ints("axes") : call.has(3) ? call.integers(3) : undefined) ?? starts.map((_, d) => d);
  const steps = call.opset >= 10 && call.has(4) ? call.integers(4) : starts.map(() => 1);
  for (const [i, from] of starts.entries()) {
    const d = axisIn(call, axes[i], x.ndim);
    const { start, size, step } = sliceOf(call, x.shape[d], from, ends[i], steps[i]);
    if (size === 0) x = narrow(x, d, 0, 0);
    else if (step > 0) x = along(x, d, start, start + (size - 1) * step + 1, step);
    else x = flip(along(x, d, start + (size - 1) * step, start + 1, -step), d);
  }
  return x;
}

function along(x: Tensor, d: number, from: number, to: number, step: number): Tensor {
  if (step === 1) return narrow(x, d, from, to - from);
  const items = x.shape.map((_, i) => (i === d ? slice(from, to, step) : slice()));
  return index(x, ...items);
}

const padModes = { constant: "constant", reflect: "reflect", edge: "replicate", wrap: "circular" } as const;

function padded(call: Call): Tensor {
  const x = call.tensor(0);
  const pads = call.opset < 11 ? (call.ints("pads") ?? []) : call.integers(1);
  const axes = call.has(3) ? call.integers(3).map((axis) => axisIn(call, axis, x.ndim)) : x.shape.map((_, d) => d);
  if (pads.length !== 2 * axes.length)
    throw call.error(`${pads.length} sizes of padding for ${axes.length} dimensions`);
  const given = call.string("mode", "constant");
  const mode = Object.hasOwn(padModes, given) ? padModes[given as keyof typeof padModes] : undefined;
  if (mode === undefined) throw call.error(`pads with "${given}"`);
  const sides = x.shape.map(() => [0, 0]);
  for (const [i, d] of axes.entries()) sides[d] = [pads[i], pads[axes.length + i]];
  const first = sides.findIndex(([low, high]) => low !== 0 || high !== 0);
  if (first < 0) return x;
  const widths = sides.slice(first).reverse().flat();
  if (mode === "constant") {
    const value = call.opset < 11 ? call.float("value", 0) : call.has(2) ? constantOf(call, 2) : 0;
    return F.pad(x, widths, "constant", value);
  }
  // PyTorch pads the last dimensions of a batch of planes.
  const dims = widths.length / 2;
  const lead = x.shape.slice(0, first);
  const plane = reshape(x, [1, countOf(lead), ...x.shape.slice(first)]);
  if (dims > 3) throw call.error(`pads ${dims} dimensions with "${given}"`);
  const result = F.pad(plane, widths, mode);
  return reshape(result, [...lead, ...result.shape.slice(2)]);
}

/** A number that a constant tensor holds. */
function constantOf(call: Call, i: number): number {
  return call.host(i).data[0] ?? 0;
}

function reshaped(call: Call): Tensor {
  const x = call.tensor(0);
  const target = call.opset < 5 ? (call.ints("shape") ?? []) : call.integers(1);
  return reshape(x, reshapeTarget(call, x.shape, target));
}

function squeezed(call: Call): Tensor {
  const x = call.tensor(0);
  const axes = call.axes(1)?.map((axis) => axisIn(call, axis, x.ndim));
  if (axes === undefined) return squeeze(x);
  const wide = axes.find((d) => x.shape[d] !== 1);
  if (wide !== undefined) throw call.error(`dimension ${wide} of [${x.shape.join(", ")}] is not of size 1`);
  return reshape(
    x,
    x.shape.filter((_, d) => !axes.includes(d)),
  );
}

function unsqueezed(call: Call): Tensor {
  const x = call.tensor(0);
  const given = call.axes(1) ?? [];
  const axes = given.map((axis) => axisIn(call, axis, x.ndim + given.length));
  return [...axes].sort((a, b) => a - b).reduce((y, d) => unsqueeze(y, d), x);
}

function splitted(call: Call): Tensor[] {
  const x = call.tensor(0);
  const d = axisIn(call, call.int("axis", 0), x.ndim);
  const given = call.opset < 13 ? call.ints("split") : call.has(1) ? call.integers(1) : undefined;
  const count = call.node.output.length;
  const each = Math.ceil(x.shape[d] / count);
  const sizes = given ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, x.shape[d] - i * each)));
  if (sizes.reduce((n, size) => n + size, 0) !== x.shape[d])
    throw call.error(`splits ${x.shape[d]} into ${sizes.join(" + ")}`);
  return splitWithSizes(x, [...sizes], d);
}

function constant(call: Call): Flowing {
  const [attribute] = call.node.attribute;
  if (attribute === undefined) throw call.error("there is no value");
  switch (attribute.name) {
    case "value": {
      if (attribute.t === undefined) throw call.error("there is no value");
      const { dtype, shape, data } = readTensor(attribute.t, new Map());
      if (data.length <= mostOnHost && dtype !== "float16") return hostValue(dtype, shape, Array.from(data, Number));
      return fromHost(data, shape, dtype, call.device);
    }
    case "value_int":
      return hostValue("int64", [], [call.int("value_int", 0)]);
    case "value_ints": {
      const values = call.ints("value_ints") ?? [];
      return hostValue("int64", [values.length], values);
    }
    case "value_float":
      return hostValue("float32", [], [call.float("value_float", 0)]);
    case "value_floats":
      return hostValue("float32", [attribute.floats.length], [...attribute.floats]);
    default:
      throw call.error(`a constant given as "${attribute.name}"`);
  }
}

function filled(call: Call): Flowing {
  const shape = call.integers(0);
  const proto = call.attribute("value")?.t;
  const { dtype, data } =
    proto === undefined ? { dtype: "float32" as const, data: Float32Array.of(0) } : readTensor(proto, new Map());
  const value = Number(data[0] ?? 0);
  requireShape(call, shape);
  if (countOf(shape) <= mostOnHost && dtype === "int64")
    return hostValue(dtype, shape, new Array<number>(countOf(shape)).fill(value));
  return full(shape, value, { dtype, device: call.device });
}

function requireShape(call: Call, shape: readonly number[]): void {
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0) || !Number.isSafeInteger(countOf(shape)))
    throw call.error(`a shape of [${shape.join(", ")}]`);
}

function expanded(call: Call): Tensor {
  const x = call.tensor(0);
  const target = call.integers(1);
  requireShape(call, target);
  const shape = broadcastShapes(x.shape, target);
  return broadcastTo(x, shape);
}

function shapeOf(call: Call): HostValue {
  const { shape } = call.tensor(0);
  const at = (n: number): number => Math.min(Math.max(n < 0 ? n + shape.length : n, 0), shape.length);
  const part = shape.slice(at(call.int("start", 0)), at(call.int("end", shape.length)));
  return hostValue("int64", [part.length], part);
}

function depthToSpace(call: Call): Tensor {
  const x = call.tensor(0);
  const b = call.int("blocksize", 1);
  const [n, c, h, w] = x.shape;
  if (x.ndim !== 4 || b < 1 || c % (b * b) !== 0) throw call.error(`[${x.shape.join(", ")}] in blocks of ${b}`);
  const columnFirst = call.string("mode", "DCR") === "CRD";
  const out = c / (b * b);
  const split = columnFirst ? [n, out, b, b, h, w] : [n, b, b, out, h, w];
  const order = columnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return reshape(permute(reshape(x, split), order), [n, out, h * b, w * b]);
}

function spaceToDepth(call: Call): Tensor {
  const x = call.tensor(0);
  const b = call.int("blocksize", 1);
  const [n, c, h, w] = x.shape;
  if (x.ndim !== 4 || b < 1 || h % b !== 0 || w % b !== 0)
    throw call.error(`[${x.shape.join(", ")}] in blocks of ${b}`);
  return reshape(permute(reshape(x, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

export const movement: Operators = {
  Shape: shapeOf,
  Reshape: reshaped,
  Flatten: (call) => {
    const x = call.tensor(0);
    const axis = call.int("axis", 1);
    const at = axis < 0 ? axis + x.ndim : axis;
    return reshape(x, [countOf(x.shape.slice(0, at)), countOf(x.shape.slice(at))]);
  },
  Transpose: (call) => {
    const x = call.tensor(0);
    return permute(x, call.ints("perm") ?? x.shape.map((_, d) => x.ndim - 1 - d));
  },
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Expand: expanded,
  Tile: (call) => tile(call.tensor(0), call.integers(1)),
  Concat: (call) => {
    const parts = call.tensors();
    return cat(parts, axisIn(call, call.int("axis", 0), parts[0].ndim));
  },
  Split: splitted,
  Slice: sliced,
  Pad: padded,
  Constant: constant,
  ConstantOfShape: filled,
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => constantOf(call, i));
    requireLength(call, (limit - start) / delta);
    return arange(start, limit, delta, { dtype: call.tensor(0).dtype, device: call.device });
  },
  Trilu: (call) => (call.int("upper", 1) !== 0 ? triu : tril)(call.tensor(0), call.has(1) ? constantOf(call, 1) : 0),
  EyeLike: (call) => {
    const x = call.tensor(0);
    if (x.ndim !== 2) throw call.error("of other than a matrix");
    const dtype = dtypeOf(call.int("dtype", dataTypes[x.dtype]));
    if (dtype === undefined) throw call.error("of a dtype that Cresset has not");
    const [rows, columns] = [0, 1].map((d) => {
      const places = arange(x.shape[d], { device: call.device, dtype: "int64" });
      return unsqueeze(places, 1 - d);
    });
    return eq(columns, add(rows, call.int("k", 0))).to(dtype);
  },
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
