import type { Layout } from "../graph/operation.ts";
import { contiguousStrides, numelOf } from "../graph/type.ts";

export function contiguousLayout(shape: readonly number[]): Layout {
  return { shape, strides: contiguousStrides(shape), offset: 0 };
}

/** Whether elements lie in row-major order without gaps; strides of size-1 dimensions do not matter. */
export function isContiguous(layout: Layout): boolean {
  if (numelOf(layout.shape) === 0) return true;
  let step = 1;
  for (let d = layout.shape.length - 1; d >= 0; d--) {
    if (layout.shape[d] === 1) continue;
    if (layout.strides[d] !== step) return false;
    step *= layout.shape[d];
  }
  return true;
}

/** Whether a dimension repeats one element (`expand`); PyTorch refuses to write in place only then. */
export function overlaps(layout: Layout): boolean {
  return numelOf(layout.shape) > 0 && layout.shape.some((size, d) => size > 1 && layout.strides[d] === 0);
}

/** The strides that `shape` has over the same memory, or null where that is impossible (PyTorch's `view` rule). */
export function viewStrides(layout: Layout, shape: readonly number[]): number[] | null {
  if (numelOf(shape) === 0) return contiguousStrides(shape);
  const strides = new Array<number>(shape.length);
  let viewDim = shape.length - 1;
  let chunkBase = layout.strides[layout.shape.length - 1] ?? 1;
  let tensorNumel = 1;
  let viewNumel = 1;
  for (let d = layout.shape.length - 1; d >= 0; d--) {
    tensorNumel *= layout.shape[d];
    const joins = d > 0 && (layout.shape[d - 1] === 1 || layout.strides[d - 1] === tensorNumel * chunkBase);
    if (joins) continue;
    while (viewDim >= 0 && (viewNumel < tensorNumel || shape[viewDim] === 1)) {
      strides[viewDim] = viewNumel * chunkBase;
      viewNumel *= shape[viewDim];
      viewDim--;
    }
    if (viewNumel !== tensorNumel) return null;
    if (d > 0) {
      chunkBase = layout.strides[d - 1];
      tensorNumel = 1;
      viewNumel = 1;
    }
  }
  for (; viewDim >= 0; viewDim--) strides[viewDim] = viewNumel * chunkBase;
  return strides;
}
