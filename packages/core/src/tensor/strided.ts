/** Strided access to a base value of contiguous memory, as terms. */
import * as m from "../graph/math.ts";
import type { Term } from "../graph/term.ts";
import { contiguousStrides, numelOf, sameShape } from "../graph/type.ts";

/** The elements of `base`'s memory at offset + Σ index · stride. */
export function stridedView(base: Term, size: readonly number[], strides: readonly number[], offset: Term): Term {
  const flat = m.reshape(base, [base.numel]);
  if (sameShape(strides, contiguousStrides(size))) return m.reshape(m.slice(flat, 0, offset, numelOf(size)), size);
  const places = m.reshape(stridedPlaces(size, strides, offset), [numelOf(size)]);
  return m.reshape(m.gather(flat, 0, places), size);
}

/** int64 positions offset + Σ index · stride for every index of `size`. */
export function stridedPlaces(size: readonly number[], strides: readonly number[], offset: Term): Term {
  let at: Term = m.broadcastTo(m.cast(offset, "int64"), size);
  for (const [d, stride] of strides.entries())
    if (stride !== 0 && size[d] !== 1) at = m.add(at, m.mul(m.iota(size, d), stride));
  return at;
}

/** `base` with `source` written at offset + Σ index · stride. */
export function stridedWrite(base: Term, source: Term, strides: readonly number[], offset: Term): Term {
  const flat = m.reshape(base, [base.numel]);
  const places = m.reshape(stridedPlaces(source.shape, strides, offset), [source.numel]);
  return m.reshape(m.scatter(flat, 0, places, m.reshape(source, [source.numel]), "set"), base.shape);
}
