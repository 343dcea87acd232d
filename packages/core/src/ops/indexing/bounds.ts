/** Indices that lie outside a dimension. */
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
  const at = host instanceof BigInt64Array ? outsideWide(host, BigInt(low), BigInt(size)) : outside(host, low, size);
  if (at >= 0) throw new IndexError(message(host[at]));
}

/** Where the first index outside [low, size) stands; -1 if all are inside. */
function outside(host: ArrayLike<number>, low: number, size: number): number {
  for (let i = 0; i < host.length; i++) if (host[i] < low || host[i] >= size) return i;
  return -1;
}

// A loop of its own, in which BigInts meet BigInts only: with numbers, each comparison takes fifty times as long.
function outsideWide(host: BigInt64Array, low: bigint, size: bigint): number {
  for (let i = 0; i < host.length; i++) if (host[i] < low || host[i] >= size) return i;
  return -1;
}
