/** Waits for both; null is what needs no waiting. */
export function both(a: Promise<unknown> | null, b: Promise<unknown> | null): Promise<unknown> | null {
  if (a === null) return b;
  return b === null ? a : Promise.all([a, b]);
}
