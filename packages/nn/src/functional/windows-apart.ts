/** Windows that do not meet, as pooling usually has them: each element is in one at most, so that gradients are copied back. */
import type { Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";
import type { Pooling } from "./pooling.ts";

export const areApart = ({ kernel, stride, dilation }: Pooling): boolean =>
  kernel.every((size, d) => stride[d] >= size && dilation[d] === 1);

/**
 * The results [*, …P] of windows at the elements [*, …sizes] of those windows; zero at others.
 *
 * @param marks the only element of each window that gets its result, [*, …P]: a row-major position in the window (int32).
 * Default: all elements do.
 */
export function spreadApart(results: Term, first: number, how: Pooling, marks?: Term): Term {
  const { kernel, stride, padding, sizes, out } = how;
  const lead = results.shape.slice(0, first);
  // Each dimension as two: windows, and the elements from one window to the next.
  const cells = [...lead, ...out.flatMap((count, d) => [count, stride[d]])];
  const split = (x: Term): Term => m.reshape(x, [...lead, ...out.flatMap((count) => [count, 1])]);
  const along = kernel.map((_, d) => m.iota(cells, first + 2 * d + 1, "int32"));
  const conditions = kernel.flatMap((size, d) => (stride[d] > size ? [m.lt(along[d], size)] : []));
  if (marks !== undefined) {
    const position = along.reduce((sum, k, d) => m.add(m.mul(sum, m.constant(kernel[d], "int32")), k));
    conditions.push(m.eq(split(marks), position));
  }
  const values = m.broadcastTo(split(results), cells);
  const kept =
    conditions.length === 0
      ? values
      : m.where(
          conditions.reduce((a, b) => m.and(a, b)),
          values,
          0,
        );
  const spread = m.reshape(kept, [...lead, ...out.map((count, d) => count * stride[d])]);
  return sizes.reduce((x, size, d) => fitted(x, first + d, padding[d], size), spread);
}

/** `size` elements from `start` on; zeros where there are none. */
function fitted(x: Term, dim: number, start: number, size: number): Term {
  return start + size <= x.shape[dim] ? m.slice(x, dim, start, size) : m.pad(x, dim, -start, size);
}
