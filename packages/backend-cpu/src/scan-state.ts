import type { Scalar } from "@cresset/core/backend";

/** log(eˣ + eʸ), without overflow. */
export function logAddExp(x: number, y: number): number {
  const high = Math.max(x, y);
  const low = Math.min(x, y);
  // Equal infinities would give Infinity − Infinity.
  if (high === low && !Number.isFinite(high)) return x;
  return high + Math.log1p(Math.exp(low - high));
}

/**
 * Whether `value` is an extreme of a running maximum (or minimum) whose extreme so far is `best`: ties count, and from the
 * first NaN on only NaNs do.
 */
export function newRecord(value: Scalar, best: Scalar, least: boolean): boolean {
  if (Number.isNaN(value)) return true;
  if (Number.isNaN(best)) return false;
  return least ? value <= best : value >= best;
}
