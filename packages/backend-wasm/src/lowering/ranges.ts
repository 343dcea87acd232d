/**
 * Ranges: the loops of a kernel that a call may run a part of, so that threads can share it. Whatever part a point lies in,
 * its result is the same, bit for bit.
 */
import type { ContractionKernel, Kernel } from "@cresset/core/backend";

/** The number of axes whose loops have ranges: they come first, and their points are independent of each other. */
export function rangedAxes(kernel: Kernel): number {
  switch (kernel.kind) {
    case "loop":
      return kernel.outer;
    case "contraction":
      return kernel.axes - kernel.depth;
    case "scan":
    case "sort":
      return kernel.axes - 1;
    case "scatter":
      return 0;
  }
}

/** Ranges of a contraction after those of the axes: of its rows, and of its columns, each over all their axes. */
export const rowRange = (kernel: ContractionKernel): number => rangedAxes(kernel);
export const columnRange = (kernel: ContractionKernel): number => rangedAxes(kernel) + 1;

export function rangeCount(kernel: Kernel): number {
  return rangedAxes(kernel) + (kernel.kind === "contraction" ? 2 : 0);
}

/** Part of a call: the points with coordinates from `start` up to `end` along one of the axes with ranges. */
export interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** Start and end of each range in a call of these extents, or in a part of it. */
export function rangesOf(kernel: Kernel, extents: readonly number[], part?: Part): [start: number, end: number][] {
  const ranges = extents
    .slice(0, rangedAxes(kernel))
    .map((extent, axis): [number, number] => (axis === part?.axis ? [part.start, part.end] : [0, extent]));
  if (kernel.kind !== "contraction") return ranges;
  const joined = (first: number, count: number): [number, number] => {
    const size = (from: number): number =>
      extents.slice(from, first + count).reduce((product, extent) => product * extent, 1);
    if (part === undefined || part.axis < first || part.axis >= first + count) return [0, size(first)];
    return [part.start * size(part.axis + 1), part.end * size(part.axis + 1)];
  };
  return [...ranges, joined(kernel.batch, kernel.rows), joined(kernel.batch + kernel.rows, kernel.columns)];
}

/**
 * Axes along which a call can be cut. Of a contraction's rows and columns only the first that has more than one point: its
 * parts are neighbours in all rows, or columns.
 */
export function axesToCut(kernel: Kernel, extents: readonly number[]): number[] {
  if (kernel.kind !== "contraction") return Array.from({ length: rangedAxes(kernel) }, (_, axis) => axis);
  const { batch, rows, columns } = kernel;
  const leading = (first: number, count: number): number[] => {
    const axis = extents.slice(first, first + count).findIndex((extent) => extent > 1);
    return axis < 0 ? [] : [first + axis];
  };
  return [
    ...Array.from({ length: batch }, (_, axis) => axis),
    ...leading(batch, rows),
    ...leading(batch + rows, columns),
  ];
}
