/** log(eˣ + eʸ), without overflow. */
export function logAddExp(x: number, y: number): number {
  const high = Math.max(x, y);
  const low = Math.min(x, y);
  // Equal infinities would give Infinity − Infinity.
  if (high === low && !Number.isFinite(high)) return x;
  return high + Math.log1p(Math.exp(low - high));
}
