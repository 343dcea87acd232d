/** Pooling to a given size: window o of n covers the elements from ⌊o · size / n⌋ to ⌈(o + 1) · size / n⌉. */

import { type Attributes, call, callMany, type Operation, operation, type Term } from "@cresset/core/extend";
import { mean, ShapeError, squeeze, type Tensor, unsqueeze, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { requireFloat } from "./activation-common.ts";
import { checkRank } from "./pooling.ts";
import { range } from "./window.ts";

/** Output sizes; null for the input's. */
export type AdaptiveSize = number | null | readonly (number | null)[];

interface Adaptive extends Attributes {
  readonly sizes: readonly number[];
  readonly out: readonly number[];
}

const startOf = (o: number, size: number, count: number): number => Math.floor((o * size) / count);
const endOf = (o: number, size: number, count: number): number => Math.ceil(((o + 1) * size) / count);

/** The largest of `count` windows over `size` elements. */
function widest(size: number, count: number): number {
  let most = 1;
  for (let o = 0; o < count; o++) most = Math.max(most, endOf(o, size, count) - startOf(o, size, count));
  return most;
}

const int = (value: number): Term => m.constant(value, "int32");

/** The first element of each window along `dim` of a shape. */
const starts = (shape: readonly number[], dim: number, size: number): Term =>
  m.rawDiv(m.mul(m.iota(shape, dim, "int32"), int(size)), int(shape[dim]));

/** Past the last element of each window along `dim` of a shape. */
const ends = (shape: readonly number[], dim: number, size: number): Term =>
  m.rawDiv(m.add(m.mul(m.add(m.iota(shape, dim, "int32"), int(1)), int(size)), int(shape[dim] - 1)), int(shape[dim]));

/** [*, size, *] → [*, count, *, K]: windows along a dimension, in their own last dimension; `fill` past their ends. */
function windowsAlong(x: Term, dim: number, count: number, fill: Term): Term {
  const size = x.shape[dim];
  const most = widest(size, count);
  if (size === count * most) return m.window(x, dim, most, most);
  const grid = [count, most];
  const at = m.add(starts(grid, 0, size), m.iota(grid, 1, "int32"));
  const inside = m.lt(at, ends(grid, 0, size));
  const flat = count * most;
  const along = (t: Term): Term => {
    const column = m.reshape(t, [flat, ...new Array<number>(x.rank - dim - 1).fill(1)]);
    return m.broadcastTo(column, x.shape.with(dim, flat));
  };
  const taken = m.gather(x, dim, along(m.minimum(at, int(size - 1))));
  const windows = m.reshape(m.where(along(inside), taken, fill), x.shape.toSpliced(dim, 1, count, most));
  return m.permute(windows, [...range(0, dim + 1), ...range(dim + 2, x.rank - dim - 1), dim + 1]);
}

/**
 * Sums of windows along a dimension. An element is in the windows that the same rule gives for it with both sizes
 * exchanged, so that this function is also its own adjoint.
 */
function sums(x: Term, dim: number, count: number): Term {
  return m.sum(windowsAlong(x, dim, count, m.constant(0, x.dtype)), [x.rank]);
}

function counts(like: Term, first: number, { sizes, out }: Adaptive): Term {
  return sizes.reduce(
    (product, size, d) => {
      const each =
        size % out[d] === 0
          ? m.constant(size / out[d], like.dtype)
          : m.cast(m.sub(ends(like.shape, first + d, size), starts(like.shape, first + d, size)), like.dtype);
      return m.mul(product, each);
    },
    m.constant(1, like.dtype),
  );
}

const averaging = (dims: number): Operation<Adaptive> =>
  operation<Adaptive>(
    `adaptive_avg_pool${dims}d`,
    ([x], _, how) => {
      const first = x.rank - dims;
      const total = how.out.reduce((t, count, d) => sums(t, first + d, count), x);
      return m.div(total, counts(total, first, how));
    },
    {
      gradName: `AdaptiveAvgPool${dims}DBackward0`,
      derivative: (c) => {
        const g = c.grad();
        const first = g.rank - dims;
        const shares = m.div(g, counts(g, first, c.attributes));
        return [c.attributes.sizes.reduce((t, size, d) => sums(t, first + d, size), shares)];
      },
    },
  );
const average2d = averaging(2);
const average3d = averaging(3);

/** Values and positions in the input's plane (int64) of the maxima. */
function maxima(x: Term, { sizes, out }: Adaptive): Term[] {
  const dims = sizes.length;
  const first = x.rank - dims;
  const lowest = m.constant(Number.NEGATIVE_INFINITY, x.dtype);
  const windows = out.reduce((t, count, d) => windowsAlong(t, first + d, count, lowest), x);
  const lead = windows.shape.slice(0, x.rank);
  const kernel = windows.shape.slice(x.rank);
  const flat = m.reshape(windows, [...lead, kernel.reduce((n, k) => n * k, 1)]);
  const place = m.argmax(flat, [x.rank]);
  let at = m.constant(0, "int64", place.shape);
  let inside = flat.shape[x.rank];
  for (const [d, size] of sizes.entries()) {
    inside /= kernel[d];
    const k = m.rawDiv(m.fmod(place, inside * kernel[d]), inside);
    at = m.add(m.mul(at, size), m.add(m.cast(starts(lead, first + d, size), "int64"), k));
  }
  return [m.amax(flat, [x.rank]), at];
}

const maximizing = (dims: number): Operation<Adaptive> =>
  operation<Adaptive>(`adaptive_max_pool${dims}d`, ([x], _, how) => maxima(x, how), {
    gradName: `AdaptiveMaxPool${dims}DBackward0`,
    linked: true,
    half: "keep",
    derivative: (c) => {
      const g = c.grad();
      const { sizes, out } = c.attributes;
      const lead = g.shape.slice(0, g.rank - dims);
      const plane = (t: Term, of: readonly number[]): Term => m.reshape(t, [...lead, of.reduce((n, k) => n * k, 1)]);
      const zeros = m.constant(0, g.dtype, [...lead, sizes.reduce((n, k) => n * k, 1)]);
      const sum = m.scatter(zeros, lead.length, plane(c.output(1), out), plane(g, out), "sum");
      return [m.reshape(sum, [...lead, ...sizes])];
    },
  });
const max2d = maximizing(2);
const max3d = maximizing(3);

function adaptiveOf(name: string, input: Tensor, size: AdaptiveSize, dims: number): Adaptive {
  checkRank(name, input, dims);
  requireFloat(`${name}_cpu`, input);
  const given = Array.isArray(size)
    ? (size as readonly (number | null)[])
    : new Array<number | null>(dims).fill(size as number | null);
  const wanted = given.length === 1 ? new Array<number | null>(dims).fill(given[0]) : given;
  if (wanted.length !== dims)
    throw new ShapeError(`${name}(): output_size must have ${dims} elements, got [${wanted.join(", ")}]`);
  const sizes = input.shape.slice(-dims);
  const out = wanted.map((n, d) => n ?? sizes[d]);
  if (out.some((n) => n < 0))
    throw new ValueError(`${name}(): elements of output_size must be greater than or equal to 0`);
  return { sizes, out };
}

/** One dimension as the second of two, as PyTorch does it. */
const asRows = ({ sizes, out }: Adaptive): Adaptive => ({ sizes: [1, ...sizes], out: [1, ...out] });

/** The options with the size of the output among them. */
type SizeAnd<Options> = Options & { readonly outputSize: AdaptiveSize };

const sizeIn = (given: readonly unknown[]): SizeAnd<object> => keywords<SizeAnd<object>>(["outputSize"], given, 1);

/**
 * Means of [N, C, L] or [C, L] over `outputSize` windows of equal or nearly equal sizes.
 *
 * @returns [N, C, outputSize]
 * @throws ShapeError for other ranks.
 * @example
 * F.adaptiveAvgPool1d(torch.tensor([[1, 2, 3]]), 2); // tensor([[1.5000, 2.5000]])
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSize | SizeAnd<object>): Tensor {
  const how = adaptiveOf("adaptive_avg_pool1d", input, sizeIn([outputSize]).outputSize, 1);
  return squeeze(call(average2d, [unsqueeze(input, -2)], [], asRows(how)), -2);
}

/** Means of [N, C, H, W] or [C, H, W] over [H', W'] windows; a size that is null stays. Otherwise as `adaptiveAvgPool1d`. */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSize | SizeAnd<object>): Tensor {
  const how = adaptiveOf("adaptive_avg_pool2d", input, sizeIn([outputSize]).outputSize, 2);
  if (how.out.every((n) => n === 1)) return mean(input, [-1, -2], { keepdim: true });
  return call(average2d, [input], [], how);
}

/** Means of [N, C, D, H, W] or [C, D, H, W] over [D', H', W'] windows; otherwise as `adaptiveAvgPool2d`. */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSize | SizeAnd<object>): Tensor {
  const how = adaptiveOf("adaptive_avg_pool3d", input, sizeIn([outputSize]).outputSize, 3);
  if (how.out.every((n) => n === 1)) return mean(input, [-1, -2, -3], { keepdim: true });
  return call(average3d, [input], [], how);
}

export interface AdaptiveMaxPoolOptions {
  /** Whether to give [output, indices] instead; default false. */
  readonly returnIndices?: boolean;
}

interface WithoutIndices {
  readonly returnIndices?: false;
}

interface Indexed {
  readonly returnIndices: true;
}

type Plain = [outputSize: AdaptiveSize, options?: WithoutIndices | false] | [named: SizeAnd<WithoutIndices>];
type WithIndices = [outputSize: AdaptiveSize, options: Indexed | true] | [named: SizeAnd<Indexed>];

function adaptiveMax(dims: number, input: Tensor, given: readonly unknown[]): Tensor | Tensor[] {
  const names = ["outputSize", "returnIndices"] as const;
  const { outputSize, returnIndices = false } = keywords<SizeAnd<AdaptiveMaxPoolOptions>>(names, given, 1);
  const how = adaptiveOf(`adaptive_max_pool${dims}d`, input, outputSize, dims);
  const alone = dims === 1;
  const operand = alone ? unsqueeze(input, -2) : input;
  const count = returnIndices ? 2 : 1;
  const results = callMany(dims === 3 ? max3d : max2d, [operand], [], alone ? asRows(how) : how, count);
  const shaped = alone ? results.map((each) => squeeze(each, -2)) : results;
  return returnIndices ? shaped : shaped[0];
}

/**
 * Maxima of [N, C, L] or [C, L] over `outputSize` windows of equal or nearly equal sizes.
 *
 * @returns [N, C, outputSize], with `returnIndices` also the positions of the maxima.
 */
export function adaptiveMaxPool1d(input: Tensor, ...given: WithIndices): [Tensor, Tensor];
export function adaptiveMaxPool1d(input: Tensor, ...given: Plain): Tensor;
export function adaptiveMaxPool1d(input: Tensor, ...given: readonly unknown[]): unknown {
  return adaptiveMax(1, input, given);
}

/** Maxima of [N, C, H, W] or [C, H, W] over [H', W'] windows; a size that is null stays. */
export function adaptiveMaxPool2d(input: Tensor, ...given: WithIndices): [Tensor, Tensor];
export function adaptiveMaxPool2d(input: Tensor, ...given: Plain): Tensor;
export function adaptiveMaxPool2d(input: Tensor, ...given: readonly unknown[]): unknown {
  return adaptiveMax(2, input, given);
}

/** Maxima of [N, C, D, H, W] or [C, D, H, W] over [D', H', W'] windows. */
export function adaptiveMaxPool3d(input: Tensor, ...given: WithIndices): [Tensor, Tensor];
export function adaptiveMaxPool3d(input: Tensor, ...given: Plain): Tensor;
export function adaptiveMaxPool3d(input: Tensor, ...given: readonly unknown[]): unknown {
  return adaptiveMax(3, input, given);
}
