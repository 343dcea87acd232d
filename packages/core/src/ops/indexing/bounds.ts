/** Indices that lie outside a dimension. */
import { asNumbers, halvesOf } from "../../dtype/int64.ts";
import { IndexError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Raises at evaluation unless all indices lie in [low, size). */
export function checkedIndex(index: Term, size: number, message: string, low = 0): Term {
  const inside = m.and(m.ge(index, low), m.lt(index, size));
  return m.check(index, inside, { error: "IndexError", message });
}

/** Indices with negative ones counted from the end, checked at evaluation. */
export function wrappedIndex(index: Term, size: number, message: string): Term {
  const checked = checkedIndex(index, size, message, -size);
  return m.where(m.lt(checked, 0), m.add(checked, size), checked);
}

/** PyTorch's message where the index is known. */
export function outOfBounds(index: number | bigint | string, dim: number, size: number): string {
  return `index ${index} is out of bounds for dimension ${dim} with size ${size}`;
}

/** The message at evaluation, where only the size is known. */
export function outOfBoundsSomewhere(dim: number, size: number): string {
  return `an index is out of bounds for dimension ${dim} with size ${size}`;
}

/**
 * Raises at the call where that is cheap: for indices whose values are on the host. Others are checked at evaluation.
 *
 * @throws IndexError unless all known indices lie in [low, size).
 */
export function checkKnownIndex(
  index: Tensor,
  size: number,
  message: (index: number | bigint) => string,
  low = 0,
): void {
  const host = index.current().slot?.host;
  if (!host) return;
  const at = host instanceof BigInt64Array && fit(halvesOf(host), low, size) ? -1 : outside(asNumbers(host), low, size);
  if (at >= 0) throw new IndexError(message(host[at]));
}

/** Where the first index outside [low, size) stands; -1 if all are inside. */
function outside(host: ArrayLike<number>, low: number, size: number): number {
  for (let i = 0; i < host.length; i++) if (host[i] < low || host[i] >= size) return i;
  return -1;
}

/** Whether int64 indices, given by their halves, are inside for certain; without branches, which take longer than all else here. */
function fit(halves: Int32Array, low: number, size: number): boolean {
  const last = Math.min(size, 2 ** 31) - 1;
  let [wide, signs] = [0, 0];
  for (let i = 0; i < halves.length; i += 2) {
    const x = halves[i];
    wide |= halves[i + 1] ^ (x >> 31);
    // A difference that overflows is negative: then it is not certain.
    signs |= (x - low) | (last - x);
  }
  return wide === 0 && signs >= 0;
}
