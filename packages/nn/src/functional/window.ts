/** Windows that slide over the last dimensions: what convolution, pooling and unfolding share. */

import { describeArgument, type Term } from "@cresset/core/extend";
import { ShapeError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

/** One number for every spatial dimension, or one number for each. */
export type Size = number | readonly number[];

/** A `Size` as one number for each dimension. @throws ShapeError if it has another count of numbers. */
export function sizesOf(name: string, size: Size, dims: number): number[] {
  if (typeof size === "number") return new Array<number>(dims).fill(size);
  if (size?.length === 1) return new Array<number>(dims).fill(size[0]);
  if (size?.length === dims) return [...size];
  const given = Array.isArray(size) ? `[${size.join(", ")}]` : describeArgument(size);
  throw new ShapeError(
    `expected ${name} to be a single integer value or a list of ${dims} values, but got ${name}=${given}`,
  );
}

/** Kernel sizes, and the distances between windows and between the elements of a window. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** [*, …S] → [*, …P, …K] of the dimensions from `first` on: element k of window p is x[p · stride + k · dilation]. */
export function windowsOf(x: Term, first: number, { kernel, stride, dilation }: Windows): Term {
  return kernel.reduce((out, size, d) => m.window(out, first + d, size, stride[d], dilation[d]), x);
}

/** Windows of up to so many elements are combined element by element instead of by a reduction. */
export const fewElements = 16;

/** For each place in a window, the elements [*, …counts] there. */
export function elementsOf(
  x: Term,
  first: number,
  { kernel, stride, dilation }: Windows,
  counts: readonly number[],
): Term[] {
  return kernel.reduce<Term[]>(
    (all, size, d) =>
      all.flatMap((one) => range(0, size).map((k) => m.slice(one, first + d, k * dilation[d], counts[d], stride[d]))),
    [x],
  );
}

/** The sums of windows: [*, …S] → [*, …counts]; of small ones element after element, as PyTorch adds them. */
export function windowSums(x: Term, first: number, windows: Windows, counts: readonly number[]): Term {
  if (sizeOf(windows.kernel) > fewElements) return m.sum(windowsOf(x, first, windows), range(x.rank, counts.length));
  // Of float16 only the sum is rounded, as by a reduction.
  const wide = x.dtype === "float16" ? m.cast(x, "float32") : x;
  const sum = elementsOf(wide, first, windows, counts).reduce((a, b) => m.add(a, b));
  return m.cast(sum, x.dtype);
}

/** The number of elements that `count` windows reach over. */
export function reach(count: number, kernel: number, stride: number, dilation: number): number {
  return (count - 1) * stride + (kernel - 1) * dilation + 1;
}

/**
 * The windows of results that read each element: for results [*, …P] of windows over elements [*, …sizes], padded by
 * `low` before, gives [*, …sizes, …K]. The last element of a window comes first. Elsewhere it is `fill`.
 */
export function readersOf(
  results: Term,
  first: number,
  sizes: readonly number[],
  windows: Windows,
  low: readonly number[],
  fill?: Term,
): Term {
  const { kernel, dilation } = windows;
  const spread = spreadOut(results, first, sizes, windows, low, fill);
  return windowsOf(spread, first, { kernel, stride: sizes.map(() => 1), dilation });
}

/** What `readersOf` is windows of: results as far apart as their windows, with as much around them as readers look at. */
export function spreadOut(
  results: Term,
  first: number,
  sizes: readonly number[],
  { kernel, stride, dilation }: Windows,
  low: readonly number[],
  fill?: Term,
): Term {
  let spread = results;
  for (const [d, size] of sizes.entries()) {
    const before = dilation[d] * (kernel[d] - 1);
    spread = m.pad(spread, first + d, before - low[d], size + before, stride[d], fill);
  }
  return spread;
}

/** The dimensions from `from` on, `count` of them. */
export function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

export const sizeOf = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);
