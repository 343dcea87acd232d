/** Arrays of the host cut, joined and turned. */
import { countOf, type HostValue, hostValue, mayBeOnHost, mostOnHost, onHost } from "../host-value.ts";
import { readTensor } from "../tensors.ts";
import { axisIn, reshapeTarget, sliceOf } from "./axes.ts";
import { type HostOperator, type HostOperators, inputOf } from "./operator.ts";

/** Row-major positions of an array's elements. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/** An array of elements of another: `at` says where each comes from. Null for large ones, and for what is no shape. */
function rearranged(
  { dtype, data }: HostValue,
  shape: readonly number[],
  at: (place: readonly number[]) => number,
): HostValue | null {
  const count = countOf(shape);
  if (!(count <= mostOnHost) || !shape.every((n) => n >= 0)) return null;
  const place = new Array<number>(shape.length).fill(0);
  const moved = Array.from({ length: count }, () => {
    const found = data[at(place)];
    for (let d = shape.length - 1; d >= 0 && ++place[d] === shape[d]; d--) place[d] = 0;
    return found;
  });
  return hostValue(dtype, shape, moved);
}

const inner = (place: readonly number[], strides: readonly number[]): number =>
  place.reduce((n, i, d) => n + i * strides[d], 0);

const slice: HostOperator = (call, inputs) => {
  const x = inputOf(call, inputs);
  const older = call.opset < 10;
  const starts = (older ? call.ints("starts") : call.integers(1)) ?? [];
  const ends = (older ? call.ints("ends") : call.integers(2)) ?? [];
  const axes = (older ? call.ints("axes") : call.has(3) ? call.integers(3) : undefined) ?? starts.map((_, d) => d);
  const shape = [...x.shape];
  const strides = stridesOf(shape);
  const from = shape.map(() => 0);
  for (const [i, begin] of starts.entries()) {
    const d = axisIn(call, axes[i], shape.length);
    const by = !older && call.has(4) ? call.integers(4)[i] : 1;
    const { start, size, step } = sliceOf(call, x.shape[d], begin, ends[i], by);
    from[d] = start * strides[d];
    shape[d] = size;
    strides[d] *= step;
  }
  const first = from.reduce((a, b) => a + b, 0);
  return rearranged(x, shape, (place) => first + inner(place, strides));
};

const gather: HostOperator = (call, [x, index]) => {
  if (x === undefined || index === undefined) throw call.error("takes two inputs");
  const axis = axisIn(call, call.int("axis", 0), x.shape.length);
  const size = x.shape[axis];
  const indices = index.data.map((i) => {
    const at = i < 0 ? i + size : i;
    if (!(at >= 0 && at < size)) throw call.error(`there is no element ${i} of ${size}`);
    return at;
  });
  const rank = index.shape.length;
  const strides = stridesOf(x.shape);
  const own = stridesOf(index.shape);
  return rearranged(x, [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)], (place) => {
    const here = indices[inner(place.slice(axis, axis + rank), own)];
    return inner([...place.slice(0, axis), here, ...place.slice(axis + rank)], strides);
  });
};

const concat: HostOperator = (call, inputs) => {
  const { shape: first, dtype } = inputOf(call, inputs);
  const axis = axisIn(call, call.int("axis", 0), first.length);
  const fits = inputs.every(
    ({ shape }) => shape.length === first.length && shape.every((n, d) => d === axis || n === first[d]),
  );
  if (!fits || first.length === 0) return null;
  const after = countOf(first.slice(axis + 1));
  const before = countOf(first.slice(0, axis));
  const sizes = inputs.map(({ shape }) => shape[axis] * after);
  const size = inputs.reduce((n, { shape }) => n + shape[axis], 0);
  if (before * size * after > mostOnHost) return null;
  const data = Array.from({ length: before }, (_, row) =>
    inputs.flatMap((x, i) => x.data.slice(row * sizes[i], (row + 1) * sizes[i])),
  ).flat();
  return hostValue(dtype, first.with(axis, size), data);
};

const transpose: HostOperator = (call, inputs) => {
  const x = inputOf(call, inputs);
  const order = (call.ints("perm") ?? x.shape.map((_, d) => x.shape.length - 1 - d)).map((d) =>
    axisIn(call, d, x.shape.length),
  );
  if (new Set(order).size !== x.shape.length)
    throw call.error(`turns ${x.shape.length} dimensions as ${order.join(", ")}`);
  const strides = stridesOf(x.shape);
  return rearranged(
    x,
    order.map((d) => x.shape[d]),
    (place) => place.reduce((n, i, d) => n + i * strides[order[d]], 0),
  );
};

const expand: HostOperator = (call, [x, target]) => {
  if (x === undefined || target === undefined) throw call.error("takes two inputs");
  const rank = Math.max(x.shape.length, target.data.length);
  const sizeOf = (shape: readonly number[], d: number): number => shape[d - (rank - shape.length)] ?? 1;
  const shape = Array.from({ length: rank }, (_, d) => {
    const [own, wanted] = [sizeOf(x.shape, d), sizeOf(target.data, d)];
    if (own !== wanted && own !== 1 && wanted !== 1)
      throw call.error(`[${x.shape.join(", ")}] cannot be expanded to [${target.data.join(", ")}]`);
    return own === 1 ? wanted : own;
  });
  const strides = stridesOf(x.shape);
  return rearranged(x, shape, (place) =>
    strides.reduce((n, stride, d) => n + (x.shape[d] === 1 ? 0 : place[rank - strides.length + d]) * stride, 0),
  );
};

const tile: HostOperator = (call, [x, repeats]) => {
  if (x === undefined || repeats === undefined || repeats.data.length !== x.shape.length)
    throw call.error("takes as many repeats as there are dimensions");
  const strides = stridesOf(x.shape);
  return rearranged(
    x,
    x.shape.map((n, d) => n * repeats.data[d]),
    (place) => place.reduce((n, i, d) => n + (i % x.shape[d]) * strides[d], 0),
  );
};

/** Positions of what is not zero, [dimensions, count]: a list of numbers from 0 on, where all is 1. */
const nonZero: HostOperator = (call, inputs) => {
  const { shape, data } = inputOf(call, inputs);
  if (shape.length === 0) throw call.error("of a number");
  const found = Array.from(data.keys()).filter((i) => data[i] !== 0);
  const strides = stridesOf(shape);
  const places = shape.flatMap((n, d) => found.map((i) => Math.floor(i / strides[d]) % n));
  return places.length > mostOnHost ? null : hostValue("int64", [shape.length, found.length], places);
};

const constantOfShape: HostOperator = (call, inputs) => {
  const shape = inputOf(call, inputs).data;
  const given = call.attribute("value")?.t;
  // Floats are computed with.
  if (given === undefined || !(countOf(shape) <= mostOnHost) || shape.some((n) => n < 0)) return null;
  const value = readTensor(given, new Map());
  if (!mayBeOnHost(value) || value.data.length !== 1) return null;
  const { dtype, data } = onHost(value);
  return hostValue(dtype, shape, new Array<number>(countOf(shape)).fill(data[0]));
};

export const movementOnHost: HostOperators = {
  Shape: (call, inputs) => {
    const { shape } = inputOf(call, inputs);
    return hostValue("int64", [shape.length], shape);
  },
  Size: (call, inputs) => hostValue("int64", [], [inputOf(call, inputs).data.length]),
  Squeeze: (call, [x]) => {
    if (x === undefined) throw call.error("has no input");
    const axes = call.axes(1)?.map((axis) => axisIn(call, axis, x.shape.length));
    const shape = x.shape.filter((n, d) => (axes === undefined ? n !== 1 : !axes.includes(d)));
    if (countOf(shape) !== x.data.length)
      throw call.error(`only dimensions of size 1 can be removed from [${x.shape.join(", ")}]`);
    return hostValue(x.dtype, shape, x.data);
  },
  Unsqueeze: (call, [x]) => {
    if (x === undefined) throw call.error("has no input");
    const given = call.axes(1) ?? [];
    const rank = x.shape.length + given.length;
    const axes = given.map((axis) => axisIn(call, axis, rank));
    const shape = [...x.shape];
    for (const axis of [...axes].sort((a, b) => a - b)) shape.splice(axis, 0, 1);
    return hostValue(x.dtype, shape, x.data);
  },
  Reshape: (call, [x, target]) => {
    if (x === undefined || target === undefined) throw call.error("takes two inputs");
    return hostValue(x.dtype, reshapeTarget(call, x.shape, target.data), x.data);
  },
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  NonZero: nonZero,
  ConstantOfShape: constantOfShape,
  Range: (call, [start, limit, delta]) => {
    if (start === undefined || limit === undefined || delta === undefined) throw call.error("takes three inputs");
    const [from, to, step] = [start.data[0], limit.data[0], delta.data[0]];
    if (step === 0) throw call.error("the step is 0");
    const count = Math.max(0, Math.ceil((to - from) / step));
    if (!(count <= mostOnHost)) return null;
    return hostValue(
      start.dtype,
      [count],
      Array.from({ length: count }, (_, i) => from + i * step),
    );
  },
};
