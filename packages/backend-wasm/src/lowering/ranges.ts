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

/** A contraction's rows, and its columns, each as one range over all their axes, after those of the axes. */
export const rowRange = (kernel: ContractionKernel): number => rangedAxes(kernel);
export const columnRange = (kernel: ContractionKernel): number => rangedAxes(kernel) + 1;

export function rangeCount(kernel: Kernel): number {
  return rangedAxes(kernel) + (kernel.kind === "contraction" ? 2 : 0);
}

/** How far each range reaches in a call of these extents. */
export function rangeExtents(kernel: Kernel, extents: readonly number[]): number[] {
  const axes = extents.slice(0, rangedAxes(kernel));
  if (kernel.kind !== "contraction") return axes;
  const size = (first: number, count: number): number =>
    axes.slice(first, first + count).reduce((product, extent) => product * extent, 1);
  return [...axes, size(kernel.batch, kernel.rows), size(kernel.batch + kernel.rows, kernel.columns)];
}
