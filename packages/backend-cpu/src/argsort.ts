/** Orders values with NaN as the greatest; equal values (−0 and 0 too) keep their order. */
function compareNumbers(x: number, y: number): number {
  if (x < y) return -1;
  if (x > y) return 1;
  if (x === y) return 0;
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
}

/** The positions that sort `keys` stably. */
export function argsort(keys: Float64Array | BigInt64Array, descending: boolean): Int32Array {
  const positions = new Int32Array(keys.length);
  for (let i = 0; i < positions.length; i++) positions[i] = i;
  if (keys instanceof BigInt64Array) {
    const order = (x: bigint, y: bigint): number => (x < y ? -1 : x > y ? 1 : 0);
    return positions.sort(descending ? (a, b) => order(keys[b], keys[a]) : (a, b) => order(keys[a], keys[b]));
  }
  return positions.sort(
    descending ? (a, b) => compareNumbers(keys[b], keys[a]) : (a, b) => compareNumbers(keys[a], keys[b]),
  );
}
