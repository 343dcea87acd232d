import { callMany, type Operation, operation, requireTensors, type Term } from "@cresset/core/extend";
import type { DType, Tensor } from "@cresset/core/functions";
import { squeeze, unsqueeze } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords, type Places } from "../keywords.ts";
import { requireFloat } from "./activation-common.ts";
import { asRows, type Pooling, type PoolOptions, poolingOf, type WindowAnd } from "./pooling.ts";
import { elementsOf, fewElements, readersOf, type Size, sizeOf, spreadOut, windowsOf } from "./window.ts";
import { areApart, spreadApart } from "./windows-apart.ts";

/** Windows of up to so many elements: an input looks at all windows that it is in. Else results are scattered. */
const fewReaders = 32;

/** [*, …P, …K] → [*, …P, K]: windows as one dimension. */
const flat = (x: Term, dims: number): Term =>
  m.reshape(x, [...x.shape.slice(0, x.rank - dims), sizeOf(x.shape.slice(x.rank - dims))]);

/** The value, the position in the input's plane (int64), and the position in the window (int32) of each maximum. */
function maxima(x: Term, how: Pooling): Term[] {
  const { kernel, padding, reached } = how;
  const dims = kernel.length;
  const first = x.rank - dims;
  const fill = m.constant(lowest[x.dtype], x.dtype);
  let padded = x;
  for (const [d, size] of reached.entries()) padded = m.pad(padded, first + d, padding[d], size, 1, fill);
  if (sizeOf(kernel) <= fewElements) return comparedOneByOne(padded, first, how);
  const windows = flat(windowsOf(padded, first, how), dims);
  const place = m.argmax(windows, [windows.rank - 1]);
  return [m.amax(windows, [windows.rank - 1]), positions(place, first, how), m.cast(place, "int32")];
}

/** The same without a loop over the window. */
function comparedOneByOne(padded: Term, first: number, how: Pooling): Term[] {
  const elements = elementsOf(padded, first, how, how.out);
  const largest = elements.reduce((a, b) => m.maximum(a, b));
  // Where the largest is NaN, only NaN is it. The first one is it, so that it is asked last.
  const isLargest = (x: Term): Term => m.or(m.eq(x, largest), m.isNan(x));
  const place = elements
    .slice(0, -1)
    .reduceRight(
      (later, x, i) => m.where(isLargest(x), m.constant(i, "int32"), later),
      m.constant(elements.length - 1, "int32", largest.shape),
    );
  return [largest, positions(m.cast(place, "int64"), first, how), place];
}

const lowest: Readonly<Record<DType, number | bigint>> = {
  float64: Number.NEGATIVE_INFINITY,
  float32: Number.NEGATIVE_INFINITY,
  float16: Number.NEGATIVE_INFINITY,
  int64: -(2n ** 63n),
  int32: -(2 ** 31),
  int16: -(2 ** 15),
  int8: -(2 ** 7),
  uint8: 0,
  bool: 0,
};

/** Positions in the input's plane, row-major, from positions in windows. */
function positions(place: Term, first: number, { kernel, stride, dilation, padding, sizes }: Pooling): Term {
  let at: Term | undefined;
  let inside = sizeOf(kernel);
  for (const [d, size] of sizes.entries()) {
    inside /= kernel[d];
    const k = m.rawDiv(m.fmod(place, inside * kernel[d]), inside);
    const start = m.sub(m.mul(m.iota(place.shape, first + d), stride[d]), padding[d]);
    let here = m.add(start, m.mul(k, dilation[d]));
    // Where all elements are -inf, the first of them may be padding; PyTorch gives the first that is not.
    if (padding[d] > 0) here = m.where(m.lt(here, 0), firstInside(here, dilation[d]), here);
    at = at === undefined ? here : m.add(m.mul(at, size), here);
  }
  return at ?? place;
}

/** The first of position, position + dilation … that is not negative. */
const firstInside = (position: Term, dilation: number): Term =>
  m.fmod(m.add(m.fmod(position, dilation), dilation), dilation);

/** Each gradient at the place that the maximum came from. */
function spread(g: Term, place: Term, position: () => Term, how: Pooling): Term {
  const { kernel, sizes } = how;
  const dims = kernel.length;
  const first = g.rank - dims;
  if (areApart(how)) return spreadApart(g, first, how, place);
  const count = sizeOf(kernel);
  if (count > fewReaders) {
    const lead = g.shape.slice(0, first);
    const rows = (x: Term, n: number): Term => m.reshape(x, [...lead, n]);
    const zeros = m.constant(0, g.dtype, [...lead, sizeOf(sizes)]);
    const n = sizeOf(how.out);
    return m.reshape(m.scatter(zeros, first, rows(position(), n), rows(g, n), "sum"), [...lead, ...sizes]);
  }
  // The last element of a window comes first, so that gradients are added in the order of the windows.
  const at = (i: number): Term => m.constant(count - 1 - i, "int32");
  const none = m.constant(-1, "int32");
  const own = (places: Term, here: Term, gradients: Term): Term => m.where(m.eq(places, here), gradients, 0);
  if (count <= fewElements) {
    const windows = { ...how, stride: how.stride.map(() => 1) };
    const readers = (x: Term, fill?: Term): Term[] =>
      elementsOf(spreadOut(x, first, sizes, how, how.padding, fill), first, windows, sizes);
    const gradients = readers(g);
    return readers(place, none)
      .map((places, i) => own(places, at(i), gradients[i]))
      .reduce((sum, one) => m.add(sum, one), m.constant(0, g.dtype));
  }
  const places = flat(readersOf(place, first, sizes, how, how.padding, none), dims);
  const gradients = flat(readersOf(g, first, sizes, how, how.padding), dims);
  const axis = places.rank - 1;
  const here = m.sub(at(0), m.iota(places.shape, axis, "int32"));
  return m.sum(own(places, here, gradients), [axis]);
}

const maxPooling = (dims: number): Operation<Pooling> =>
  operation<Pooling>(`max_pool${dims}d_with_indices`, ([x], _, how) => maxima(x, how), {
    gradName: `MaxPool${dims}DWithIndicesBackward0`,
    linked: true,
    derivative: (c) => [spread(c.grad(), c.output(2), () => c.output(1), c.attributes)],
    half: "keep",
  });
const pool2d = maxPooling(2);
const pool3d = maxPooling(3);

export interface MaxPoolOptions extends PoolOptions {
  /** Whether to give [output, indices] instead: int64 positions of the maxima in each plane of the input; default false. */
  readonly returnIndices?: boolean;
}

type Steps = [
  stride: Size | null | undefined,
  padding: Size | undefined,
  dilation: Size | undefined,
  ceilMode: boolean,
];
type Plain = MaxPoolOptions & { readonly returnIndices?: false };
type MaxPoolArguments =
  | [kernelSize: Size, ...Places<[...Partial<Steps>, returnIndices?: false], Plain>]
  | [named: WindowAnd<Plain>];
type Indexed = MaxPoolOptions & { readonly returnIndices: true };
type WithIndices =
  | [kernelSize: Size, options: Indexed]
  | [kernelSize: Size, stride: Steps[0], options: Indexed]
  | [kernelSize: Size, stride: Steps[0], padding: Steps[1], options: Indexed]
  | [kernelSize: Size, stride: Steps[0], padding: Steps[1], dilation: Steps[2], options: Indexed]
  | [kernelSize: Size, ...Steps, returnIndices: true | Indexed]
  | [named: WindowAnd<Indexed>];

function maxPool(
  dims: number,
  input: Tensor,
  ...given: readonly unknown[]
): Tensor | [output: Tensor, indices: Tensor] {
  const names = ["kernelSize", "stride", "padding", "dilation", "ceilMode", "returnIndices"] as const;
  const { kernelSize, ...options } = keywords<WindowAnd<MaxPoolOptions>>(names, given, 1);
  requireTensors(`max_pool${dims}d`, [input]);
  const how = poolingOf(`max_pool${dims}d`, input, dims, kernelSize, options);
  requireFloat(dims === 3 ? "max_pool3d_with_indices_cpu" : "max_pool2d", input);
  // One dimension is the second of two, as PyTorch does it.
  const alone = dims === 1;
  const operand = alone ? unsqueeze(input, -2) : input;
  const count = options.returnIndices === true ? 2 : 1;
  const results = callMany(dims === 3 ? pool3d : pool2d, [operand], [], alone ? asRows(how) : how, count);
  const [output, indices] = alone ? results.map((each) => squeeze(each, -2)) : results;
  return count === 2 ? [output, indices] : output;
}

/**
 * The largest element of each window of [N, C, L] or [C, L]; NaN is the largest of all.
 *
 * @returns [N, C, L'], L' = (L + 2 · padding - dilation · (kernelSize - 1) - 1) / stride + 1, rounded down, or up in
 * `ceilMode`; with `returnIndices` also the positions of the maxima.
 * @throws ShapeError, ValueError where the windows do not fit.
 * @example
 * F.maxPool1d(torch.tensor([[1, 3, 2, 4]]), 2); // tensor([[3., 4.]])
 */
export function maxPool1d(input: Tensor, ...given: WithIndices): [output: Tensor, indices: Tensor];
export function maxPool1d(input: Tensor, ...given: MaxPoolArguments): Tensor;
export function maxPool1d(input: Tensor, ...given: readonly unknown[]): unknown {
  return maxPool(1, input, ...given);
}

/** The largest element of each window of [N, C, H, W] or [C, H, W]; otherwise as `maxPool1d`. */
export function maxPool2d(input: Tensor, ...given: WithIndices): [output: Tensor, indices: Tensor];
export function maxPool2d(input: Tensor, ...given: MaxPoolArguments): Tensor;
export function maxPool2d(input: Tensor, ...given: readonly unknown[]): unknown {
  return maxPool(2, input, ...given);
}

/** The largest element of each window of [N, C, D, H, W] or [C, D, H, W]; otherwise as `maxPool1d`. */
export function maxPool3d(input: Tensor, ...given: WithIndices): [output: Tensor, indices: Tensor];
export function maxPool3d(input: Tensor, ...given: MaxPoolArguments): Tensor;
export function maxPool3d(input: Tensor, ...given: readonly unknown[]): unknown {
  return maxPool(3, input, ...given);
}
