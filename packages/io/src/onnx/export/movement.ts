import type { Context, Emitted } from "./emitted.ts";
import { isFixed, isOne, type Size, sameSize, sameSizes } from "./sizes.ts";

export function lowerReshape(c: Context, x: Emitted, shape: readonly Size[]): Emitted {
  if (x.held.length === 0) return { ...x, shape };
  // Ones at the front are what broadcasting adds by itself.
  const lead = shape.length - x.shape.length;
  if (lead >= 0 && shape.slice(0, lead).every(isOne) && sameSizes(shape.slice(lead), x.shape)) return { ...x, shape };
  if (!sameSizes(x.held, x.shape)) {
    const moved = withoutOnesMoved(c, x, shape);
    if (moved !== null) return moved;
  }
  return c.whole(c.reshaped(c.full(x), x.shape, shape), x.dtype, shape);
}

/** A reshape that only adds and removes dimensions of size 1, of what is held. */
function withoutOnesMoved(c: Context, value: Emitted, shape: readonly Size[]): Emitted | null {
  const x = c.aligned(value);
  const from = x.shape.flatMap((size, d) => (isOne(size) ? [] : [d]));
  const to = shape.flatMap((size, d) => (isOne(size) ? [] : [d]));
  if (from.length !== to.length || !from.every((d, i) => sameSize(x.shape[d], shape[to[i]]))) return null;
  const held = shape.map((size, d) => (isOne(size) ? size : x.held[from[to.indexOf(d)]]));
  return c.repeated(c.reshaped(x.name, x.held, held), x.dtype, shape, held);
}

export function lowerPermute(c: Context, value: Emitted, order: readonly number[], shape: readonly Size[]): Emitted {
  if (value.held.length === 0) return { ...value, shape };
  const x = c.aligned(value);
  const held = order.map((d) => x.held[d]);
  return c.repeated(c.builder.transpose(x.name, order), x.dtype, shape, held);
}

/** x[start + i · step] along `dim`. */
export function lowerSlice(
  c: Context,
  value: Emitted,
  dim: number,
  step: number,
  start: Size | string,
  shape: readonly Size[],
): Emitted {
  if (c.isRepeated(value, dim)) return { ...value, shape };
  const x = c.aligned(value);
  const { builder, sizes } = c;
  const size = shape[dim];
  const whole = x.shape[dim];
  const [from, to] =
    typeof start === "string" ? computedRange(c, start, size, step) : range(c, start, size, whole, step);
  const name = builder.node("Slice", [x.name, from, to, builder.integers([dim]), builder.integers([step])]);
  const held = x.held.with(dim, size);
  sizes.know(name, held);
  return { ...x, name, shape, held };
}

const most = 2n ** 63n - 1n;

function range(c: Context, start: Size, size: Size, whole: Size, step: number): [from: string, to: string] {
  const { builder, sizes } = c;
  const end = start.map((at, k) => at + (size[k] - 1) * step + Math.sign(step));
  if (step < 0) {
    const last = sameSize(
      start,
      whole.map((n) => n - 1),
    );
    const from = last ? builder.integers([-1]) : sizes.tensor(start, "a slice's start");
    return [from, end.every((n) => n === -1) ? builder.integers([-most]) : sizes.tensor(end, "a slice's end")];
  }
  const from = sizes.tensor(start, "a slice's start");
  return [
    from,
    end.every((n, k) => n >= whole[k] && !isFixed(whole))
      ? builder.integers([most])
      : sizes.tensor(end, "a slice's end"),
  ];
}

function computedRange(c: Context, start: string, size: Size, step: number): [from: string, to: string] {
  const { builder, sizes } = c;
  const length = sizes.tensor(size.map((n) => (n - 1) * step + Math.sign(step)));
  return [start, builder.node("Add", [start, length])];
}

/** out[low + i · step] = x[i] along `dim` of the result's size, `fill` elsewhere. */
export function lowerPad(
  c: Context,
  value: Emitted,
  dim: number,
  step: number,
  low: Size,
  fill: Emitted,
  shape: readonly Size[],
): Emitted {
  if (value.shape.some((size) => size.every((n) => n === 0))) return { ...fill, dtype: value.dtype, shape };
  let x = c.writtenOut(value, [dim]);
  const { builder, sizes } = c;
  let at = low;
  let count = x.shape[dim];
  if (step < 0) {
    // From the last to the first, which then lies at the front.
    const from = [builder.integers([-1]), builder.integers([-most]), builder.integers([dim]), builder.integers([-1])];
    x = { ...x, name: c.known(builder.node("Slice", [x.name, ...from]), x.held) };
    at = low.map((n, k) => n + (count[k] - 1) * step);
  }
  const spread = Math.abs(step);
  if (spread > 1) {
    const apart = x.held.toSpliced(dim + 1, 0, c.fixed(1));
    const split = builder.node("Unsqueeze", [x.name, builder.integers([dim + 1])]);
    const before = apart.map(() => 0);
    const after = apart.map((_, d) => (d === dim + 1 ? spread - 1 : 0));
    const padded = builder.node("Pad", [split, builder.integers([...before, ...after]), scalarOf(c, fill)]);
    const wide = apart.with(dim + 1, c.fixed(spread));
    sizes.know(padded, wide);
    count = count.map((n) => n * spread);
    const held = x.held.with(dim, count);
    x = { ...x, name: c.reshaped(padded, wide, held), shape: x.shape.with(dim, count), held };
  }
  const size = shape[dim];
  const high = size.map((n, k) => n - at[k] - count[k]);
  const held = x.held.with(dim, size);
  const rank = held.length;
  if (at.every((n) => n === 0) && high.every((n) => n === 0)) return { ...x, shape, held };
  const cut = [at, high].some((side) => side.some((n) => n < 0));
  if (cut) {
    // What falls outside goes first: engines differ in what they make of negative padding.
    const start = at.map((n) => Math.max(0, -n));
    const end = count.map((n, k) => n + Math.min(0, high[k]));
    if (end.some((n, k) => n < start[k])) return { ...fill, dtype: x.dtype, shape };
    const bounds = [sizes.tensor(start), sizes.tensor(end), builder.integers([dim])];
    const kept = end.map((n, k) => n - start[k]);
    x = { ...x, name: c.known(builder.node("Slice", [x.name, ...bounds]), x.held.with(dim, kept)) };
  }
  const sides = [at, high].map((side) => side.map((n) => Math.max(0, n)));
  if (sides.every((side) => side.every((n) => n === 0))) return { ...x, shape, held };
  const pads = [0, 1].flatMap((side) => Array.from({ length: rank }, (_, d) => (d === dim ? sides[side] : c.fixed(0))));
  const name = builder.node("Pad", [x.name, sizes.shape(pads), scalarOf(c, fill)]);
  sizes.know(name, held);
  return { ...x, name, shape, held };
}

/** A value of no dimension, or one element of a value that is everywhere the same. */
function scalarOf(c: Context, value: Emitted): string {
  return value.held.length === 0 ? value.name : c.builder.node("Reshape", [value.name, c.builder.integers([], [0])]);
}

/** [..., n, ...] → [..., count, ..., size]: windows along `dim`, their elements as the last dimension. */
export function lowerWindow(
  c: Context,
  value: Emitted,
  dim: number,
  step: number,
  dilation: number,
  shape: readonly Size[],
): Emitted {
  const x = c.writtenOut(value, [dim]);
  const { builder } = c;
  const size = shape[shape.length - 1];
  const count = shape[dim];
  const places = windowPlaces(c, count, size, step, dilation);
  const gathered = builder.node("Gather", [x.name, places], { axis: dim });
  const order = Array.from({ length: shape.length }, (_, d) => d).filter((d) => d !== dim + 1);
  const name = builder.transpose(gathered, [...order, dim + 1]);
  return c.repeated(name, x.dtype, shape, [...x.held.with(dim, count), size]);
}

/** Positions [count, size]. */
function windowPlaces(c: Context, count: Size, size: Size, step: number, dilation: number): string {
  const { builder } = c;
  if (isFixed(count) && isFixed(size)) {
    const places = Array.from({ length: count[0] * size[0] }, (_, i) => {
      const window = Math.floor(i / size[0]);
      return window * step + (i - window * size[0]) * dilation;
    });
    return builder.integers(places, [count[0], size[0]]);
  }
  const along = (n: Size, by: number, axis: number): string => {
    const places = lowerIota(c, [n], 0).name;
    return builder.node("Unsqueeze", [builder.node("Mul", [places, builder.integers([by])]), builder.integers([axis])]);
  };
  return builder.node("Add", [along(count, step, 1), along(size, dilation, 0)]);
}

/** The coordinate along `dim`, int64. */
export function lowerIota(c: Context, shape: readonly Size[], dim: number): Emitted {
  const { builder } = c;
  const size = shape[dim];
  const trailing = shape.slice(dim + 1).map(() => c.fixed(1));
  let name: string;
  if (isFixed(size)) name = builder.integers(Array.from({ length: size[0] }, (_, i) => i));
  else {
    const limit = builder.node("Squeeze", [c.sizes.tensor(size), builder.integers([0])]);
    name = builder.node("Range", [builder.integers([0], []), limit, builder.integers([1], [])]);
  }
  if (trailing.length > 0) name = builder.node("Unsqueeze", [name, builder.integers(trailing.map((_, d) => d + 1))]);
  return { name, dtype: "int64", shape, held: [size, ...trailing] };
}
